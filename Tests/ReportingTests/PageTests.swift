import Catalogue
import Formulas
import Foundation
import Testing
import Transformer

@testable import Reporting

@Suite struct PageTests {
  @Test func `what is put into markup is escaped, and markup is not`() {
    let inner: HTML = "<b>\("a < b & \"c\"")</b>"
    let outer: HTML = "<p>\(inner)\([inner, inner])\(3)</p>"
    let bold = "<b>a &lt; b &amp; &quot;c&quot;</b>"
    #expect(outer.description == "<p>\(bold)\(bold)\(bold)3</p>")
  }

  @Test(arguments: [
    (
      "34*b*s*h",
      "<mn>34</mn><mo>\u{2062}</mo><mi>b</mi><mo>\u{2062}</mo><mi>s</mi>"
        + "<mo>\u{2062}</mo><mi>h</mi>"
    ),
    ("h^2 - 1", "<msup><mrow><mi>h</mi></mrow><mrow><mn>2</mn></mrow></msup><mo>−</mo><mn>1</mn>"),
    ("2*3", "<mn>2</mn><mo>·</mo><mn>3</mn>"),
    (
      "l*(h + 1)",
      "<mi>l</mi><mo>\u{2062}</mo><mrow><mo>(</mo><mi>h</mi><mo>+</mo><mn>1</mn>"
        + "<mo>)</mo></mrow>"
    ),
    (
      "s/(6*h)",
      "<mfrac><mrow><mi>s</mi></mrow><mrow><mn>6</mn><mo>\u{2062}</mo><mi>h</mi></mrow>"
        + "</mfrac>"
    ),
    (
      "max(a, b) <= 1000000",
      "<mrow><mi>max</mi><mo>(</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>)</mo>"
        + "</mrow><mo>≤</mo><mn>1,000,000</mn>"
    ),
    (
      "a - (b - c)",
      "<mi>a</mi><mo>−</mo><mrow><mo>(</mo><mi>b</mi><mo>−</mo><mi>c</mi><mo>)</mo>"
        + "</mrow>"
    ),
  ])
  func `expressions are typeset`(text: String, inner: String) {
    #expect(text.mathML.description == "<math>\(inner)</math>")
  }

  @Test func `products and powers may be written as they are for readers`() {
    #expect("4·l·b·s² − 13".mathML.description == "4*l*b*s^2 - 13".mathML.description)
    #expect("no <product>".mathML.description == "<span class=\"path\">no &lt;product&gt;</span>")
  }

  @Test func `a module becomes a function that keeps what it does not export`() {
    let script = PageScript([
      ("one", "const secret = 1;\nexport function two() {\n  return secret + 1;\n}\n"),
      ("the-end", "import { two } from \"./one.js\";\nexport const three = two() + 1;\n"),
    ])
    let expected = """
      const module_one = (() => {
      const secret = 1;
      function two() {
        return secret + 1;
      }
      return { two };
      })();

      const module_the_end = (() => {
      const { two } = module_one;
      const three = two() + 1;
      return { three };
      })();

      """
    #expect(script.text == expected)
  }

  @Test func `a page stands alone, and its data cannot end their element`() throws {
    var shape = try ModelShape(named: "gpt2-tiny")
    shape.name = "</script><b>"
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps) = (2, 8, 1)
    let html = try ReportPage(shape, recipe, dry: true).html
    // The name of a vocabulary is no address that is visited.
    #expect(!html.replacing("http://www.w3.org/2000/svg", with: "").contains("http://"))
    #expect(!html.contains("https://") && !html.contains("src=") && !html.contains("{{"))
    #expect(!html.contains("</script><b>") && !html.contains("<b>"))
    let data = try #require(html.firstMatch(of: #/id="data">([^<]*)</script>/#)).1
    let object = try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any]
    #expect(object?["schema"] as? String == "assay.report.v1")
    #expect(try ReportPage(shape, recipe, dry: true).html == html)
  }
}
