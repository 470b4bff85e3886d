import Catalogue
import Testing

@Suite struct QuotationTests {
  @Test(arguments: [
    ("12*h^2", "12*h^2"), ("a·b ≤ 2³⁰, naïve 漢字", "a·b ≤ 2³⁰, naïve 漢字"),
    ("👩‍👩‍👧", "👩‍👩‍👧"), ("", "nothing"), ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
    ("\u{1B}[31mred\u{7F}", "\\u{1B}[31mred\\u{7F}"), ("nul\0", "nul\\0"),
    ("left\u{202E}thgir\u{2028}x", "left\\u{202E}thgir\\u{2028}x"), ("\u{FEFF}x", "\\u{FEFF}x"),
  ])
  func `what a message repeats is on one line and can be seen`(text: String, shown: String) {
    #expect(text.quoted == shown)
    #expect(shown.escaped == shown)
  }

  @Test func `a long text is cut where it would fill the line`() {
    #expect(String(repeating: "x", count: 60).quoted == String(repeating: "x", count: 60))
    #expect(String(repeating: "x", count: 61).quoted == String(repeating: "x", count: 60) + "…")
    #expect(String(repeating: "x", count: 99).escaped == String(repeating: "x", count: 99))
    // 30 escapes of two characters each are 60
    #expect(String(repeating: "\n", count: 99).quoted == String(repeating: "\\n", count: 30) + "…")
  }

  @Test func `one letter with a thousand accents is not shown with all of them`() {
    let tower = "e" + String(repeating: "\u{301}", count: 1000)
    #expect(tower.quoted.unicodeScalars.count < 20)
  }
}
