import Testing

@testable import Reporting

/// Tables on pages of any width.
@Suite struct TablePageTests {
  private let sizes = Table(
    "Sizes", [.text("what"), .text("of"), .number("bytes in all"), .number("share of it")],
    [["weights", "gpt2", "497,759,232", "25 %"], ["gradients", "gpt2", "7", "0 %"]])

  private func text(_ table: Table, _ width: Int) -> String {
    table.text(on: TextPage(width: width))
  }

  @Test func `a table that fits is set in its natural widths`() {
    // 2+9 + 2+4 + 2+12 + 2+11 = 44
    #expect(
      text(sizes, 44) == """
        Sizes
          what       of    bytes in all  share of it
          weights    gpt2   497,759,232         25 %
          gradients  gpt2             7          0 %
        """)
  }

  @Test func `headings of numbers are folded where that is enough`() {
    #expect(
      text(sizes, 40) == """
        Sizes
          what       of       bytes in  share of
                                   all        it
          weights    gpt2  497,759,232      25 %
          gradients  gpt2            7       0 %
        """)
  }

  @Test func `columns that have no room stand below, beside the names of their rows`() {
    #expect(
      text(sizes, 32) == """
        Sizes
          what       of    bytes in all
          weights    gpt2   497,759,232
          gradients  gpt2             7

          what       of    share of it
          weights    gpt2         25 %
          gradients  gpt2          0 %
        """)
  }

  @Test(arguments: 32...120) func `no line is longer than the page, and nothing is lost`(width: Int)
  {
    let columns: [Table.Column] =
      [.text("a name"), .text("a note")] + (1...6).map { .number("number \($0) of six") }
    let table = Table(
      nil, columns,
      (1...3).map { row in
        ["block.\(row).attention.weight", "as it is found in the model of that name"]
          + (1...6).map { "\(row)\($0),000,000,000" }
      })
    let text = text(table, width)
    for line in text.split(separator: "\n") { #expect(line.count <= width) }
    for row in table.rows {
      for number in row.dropFirst(2) { #expect(text.contains(number)) }
    }
  }

  @Test func `a number that is longer than the page is not cut`() {
    let digits = String(repeating: "9", count: 60)
    #expect(
      text(Table(nil, [.text("what"), .number("n")], [["all", digits]]), 40).contains(digits))
  }

  @Test func `colours take no room, and colour each line of a folded cell`() {
    let verdicts = Table(
      nil, [.text("id"), .verdict, .number("n")], [["a", "exact", "1"], ["b", "slip", "2"]])
    let plain = verdicts.text(on: TextPage(width: 80))
    let colored = verdicts.text(on: TextPage(width: 80, isColored: true))
    #expect(colored.contains("  a   \u{1B}[32mexact\u{1B}[0m    1\n"))
    #expect(colored.contains("  b   \u{1B}[31mslip\u{1B}[0m     2"))
    #expect(colored.replacing(/\u{1B}\[\d*m/, with: "") == plain)
    let long = Table(
      nil, [.text("why").tinted { _ in .bad }],
      [[Array(repeating: "word", count: 20).joined(separator: " ")]])
    let lines = long.text(on: TextPage(width: 40, isColored: true)).split(separator: "\n")
    #expect(lines.count == 4 && lines.dropFirst().allSatisfy { $0.hasPrefix("  \u{1B}[31mword") })
  }

  @Test(arguments: [
    ("exact", "32"), ("bounded", "32"), ("conventional", "33"), ("refuted", "31"), ("slip", "31"),
    ("notMeasurable", "2"),
  ])
  func `every verdict has its colour`(verdict: String, code: String) {
    #expect(Tint.ofVerdict(verdict)?.rawValue == code)
    #expect(Tint.ofVerdict("so-so") == nil)
  }

  @Test func `more is bad, less is good, and no difference is neither`() {
    #expect(Tint.ofDifference("+1") == .bad && Tint.ofDifference("-1") == .good)
    #expect(Tint.ofDifference("0") == nil && Tint.ofDifference("") == nil)
    #expect(Tint.ofResidual("0") == nil && Tint.ofResidual("–") == nil)
    #expect(Tint.ofResidual("-2") == .bad)
  }
}
