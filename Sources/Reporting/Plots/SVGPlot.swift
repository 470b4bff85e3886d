/// A picture that stands alone, in light and dark surroundings.
struct SVGPlot {
  /// What is seen, for those who cannot see it.
  let title: String
  let width: Double
  let height: Double
  /// The shapes.
  let content: HTML

  /// The file.
  var text: String {
    let size = "\(width.decimal(0)) \(height.decimal(0))"
    let markup: HTML = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" role="img">
      <title>\(title)</title>
      <style>\(HTML(markup: Self.style))</style>
      <rect class="surface" width="100%" height="100%" rx="10"/>
      \(content)
      </svg>

      """
    return markup.description
  }

  /// The colours of Okabe and Ito, as in the pages.
  private static let style = """
    text { font: 12px system-ui, "Segoe UI", Roboto, Arial, sans-serif; fill: #59636e; }
    .surface { fill: #ffffff; } .ink { fill: #1b1f24; } .line { stroke: #d9dde1; }
    .heading { font-size: 15px; font-weight: 600; fill: #1b1f24; }
    .end { text-anchor: end; } .middle { text-anchor: middle; }
    .parameter { fill: #0072b2; } .optimizerState { fill: #56b4e9; } .gradient { fill: #009e73; }
    .activation { fill: #e69f00; } .temporary { fill: #d55e00; } .input { fill: #f0e442; }
    .kvCache { fill: #cc79a7; }
    .degree0 { fill: #8c99a6; } .degree1 { fill: #56b4e9; } .degree2 { fill: #e69f00; }
    .exact { fill: #009e73; } .bounded { fill: #56b4e9; } .conventional { fill: #e69f00; }
    .refuted { fill: #d55e00; } .slip { fill: #cc79a7; } .notMeasurable { fill: #b3bcc5; }
    .dot { fill: #1b1f24; stroke: #ffffff; stroke-width: 1.5; }
    .onColour { fill: #10141a; }
    @media (prefers-color-scheme: dark) {
      text { fill: #a3adb8; } .surface { fill: #1a2027; } .ink, .heading { fill: #e8ebee; }
      .line { stroke: #353e48; } .dot { fill: #e8ebee; stroke: #1a2027; } .onColour { fill: #10141a; }
    }
    """

  /// Words at a place.
  static func label(_ text: String, _ x: Double, _ y: Double, _ class_: String = "") -> HTML {
    "<text class=\"\(class_)\" x=\"\(x.decimal(1))\" y=\"\(y.decimal(1))\">\(text)</text>"
  }

  /// A rectangle.
  static func box(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ class_: String
  ) -> HTML {
    """
    <rect class="\(class_)" x="\(x.decimal(1))" y="\(y.decimal(1))" \
    width="\(width.decimal(1))" height="\(height.decimal(1))" rx="2"/>
    """
  }

  /// Coloured squares with what they stand for, in a row.
  static func legend(
    _ entries: [(class: String, text: String)], _ x: Double, _ y: Double
  ) -> [HTML] {
    var left = x
    return entries.flatMap { entry -> [HTML] in
      defer { left += 28 + 6.6 * Double(entry.text.count) }
      return [
        box(left, y - 10, 11, 11, entry.class), label(entry.text, left + 16, y),
      ]
    }
  }
}
