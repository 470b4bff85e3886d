import Testing

@testable import Reporting

@Suite struct TableTextTests {
  @Test func `words line up on the left, numbers on the right, and no line ends in spaces`() {
    let table = Table(
      "Sizes", [.text("what"), .number("bytes"), .text("note")],
      [["weights", "1,024", ""], ["all", "7", "as found"]])
    #expect(
      table.text == """
        Sizes
          what     bytes  note
          weights  1,024
          all          7  as found
        """)
  }

  @Test func `a table without title and headings is its rows`() {
    let table = Table(nil, [.text(""), .number("")], [["a", "1"], ["long", "10"]])
    #expect(table.text == "  a      1\n  long  10")
  }

  @Test func `a table without rows is its headings`() {
    #expect(Table(nil, [.text("id"), .number("n")], []).text == "  id  n")
  }

  @Test func `the widest column of words is folded between words, to a page of 100`() {
    let words = Array(repeating: "word", count: 40).joined(separator: " ")
    let lines = Table(nil, [.text("id"), .text("why"), .number("n")], [["a.1", words, "12345"]])
      .text.split(separator: "\n").map(String.init)
    // Margins of 2, then 3 of the id, 5 of the number: 100 - 3·2 - 3 - 5 = 86 for the words;
    // 17 words of 4 with a space between make 84, and the rest is filled
    #expect(lines.count == 4)
    let seventeen = Array(repeating: "word", count: 17).joined(separator: " ")
    #expect(lines[1] == "  a.1  " + seventeen + "    12345")
    #expect(lines[2] == "       " + seventeen)
    // 40 - 2 · 17 = 6
    #expect(lines[3] == "       word word word word word word")
  }

  @Test(arguments: [1, 2, 3, 5]) func `no line is longer than the page`(columns: Int) {
    let word = String(repeating: "abc ", count: 60) + String(repeating: "x", count: 150)
    let table = Table(
      nil, Array(repeating: .text("heading"), count: columns),
      [Array(repeating: word, count: columns), Array(repeating: "short", count: columns)])
    let lines = table.text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(lines.contains { $0.count > 85 })
    // Nothing is lost: every cell has 60 times abc and 150 times x.
    #expect(table.text.count { $0 == "x" } == 150 * columns)
    #expect(table.text.matches(of: /abc/).count == 60 * columns)
  }

  @Test func `numbers are never folded`() {
    let digits = String(repeating: "9", count: 120)
    let table = Table(
      nil, [.number("n"), .text("t")], [[digits, String(repeating: "a ", count: 20)]])
    #expect(table.text.contains(digits))
  }

  @Test(arguments: [
    ("", 5, [""]), ("short", 5, ["short"]), ("a word", 5, ["a", "word"]),
    ("abcdefgh", 3, ["abc", "def", "gh"]), ("a bcdefg h", 3, ["a", "bcd", "efg", "h"]),
    ("naïve 漢字 x", 5, ["naïve", "漢字 x"]), ("aaa bbb", 7, ["aaa bbb"]),
    ("aaa bbb", 6, ["aaa", "bbb"]), ("anything", 0, ["anything"]),
  ])
  func `a text is folded between words, and a long word is cut`(
    text: String, width: Int, lines: [String]
  ) {
    #expect(text.folded(to: width) == lines)
  }
}
