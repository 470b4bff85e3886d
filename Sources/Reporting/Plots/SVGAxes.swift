import Foundation

/// The frame of a plot: a rectangle whose height stands for bytes.
struct SVGAxes {
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  /// Bytes at the top.
  let most: Double

  func y(_ bytes: Double) -> Double { bottom - bytes / most * (bottom - top) }

  /// Lines at round numbers of bytes, in steps of a power of two.
  var grid: [HTML] {
    let step = exp2((log2(most / 7)).rounded(.up))
    return stride(from: 0, through: most, by: step).flatMap { bytes -> [HTML] in
      let height = y(bytes).decimal(1)
      return [
        """
        <line class="line" x1="\(left.decimal(1))" x2="\(right.decimal(1))" y1="\(height)" \
        y2="\(height)"/>
        """,
        SVGPlot.label(Int(bytes).asBytes, left - 8, y(bytes) + 4, "end"),
      ]
    }
  }

  /// The area between two lines through points from left to right.
  func area(
    _ x: [Double], from below: [Double], to above: [Double], _ class_: String
  ) -> HTML {
    let upper = zip(x, above).map { "\($0.decimal(1)) \(y($1).decimal(1))" }
    let lower = zip(x, below).map { "\($0.decimal(1)) \(y($1).decimal(1))" }.reversed()
    return "<path class=\"\(class_)\" d=\"M\((upper + lower).joined(separator: "L"))Z\"/>"
  }
}
