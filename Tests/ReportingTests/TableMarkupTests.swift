import Testing

@testable import Reporting

@Suite struct TableMarkupTests {
  private func row(_ cells: String...) -> Table {
    Table(nil, cells.map { _ in .text("h") }, [cells])
  }

  @Test func `markdown has a rule under the headings, with the side of each column`() {
    let table = Table("Sizes", [.text("what"), .number("bytes")], [["weights", "1,024"]])
    #expect(
      table.markdown == """
        ### Sizes

        | what | bytes |
        | --- | ---: |
        | weights | 1,024 |
        """)
  }

  @Test func `bars within a cell are escaped in markdown`() {
    #expect(row("|x| = a | b", "c").markdown.hasSuffix("\n| \\|x\\| = a \\| b | c |"))
    let heading = Table(nil, [.text("a|b")], [])
    #expect(heading.markdown == "| a\\|b |\n| --- |")
  }

  @Test(arguments: [
    // RFC 4180, section 2: rules 5, 6 and 7
    ("plain text", "plain text"), ("1,024", "\"1,024\""), ("say \"no\"", "\"say \"\"no\"\"\""),
    ("\"", "\"\"\"\""), ("two\nlines", "\"two\nlines\""), ("two\rlines", "\"two\rlines\""),
    ("two\r\nlines", "\"two\r\nlines\""), ("", ""), ("12·h²; naïve", "12·h²; naïve"), (" ", " "),
    // A comma and a quotation mark with an accent are one character each, but two code points.
    (",\u{301}", "\",\u{301}\""), ("\"\u{301}", "\"\"\"\u{301}\""),
  ])
  func `a cell of CSV is quoted where it must be`(cell: String, written: String) {
    #expect(row(cell, "z").csv == "h,h\n\(written),z")
    #expect(row("z", cell).csv == "h,h\nz,\(written)")
  }

  @Test func `headings are the first line of CSV, quoted alike`() {
    let table = Table(
      "not shown", [.text("saved, bytes"), .number("n")], [["a", "1"], ["b", "2"]])
    #expect(table.csv == "\"saved, bytes\",n\na,1\nb,2")
  }
}
