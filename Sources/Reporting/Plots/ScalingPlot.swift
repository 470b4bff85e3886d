import Foundation
import Formulas

/// What is saved for backward over the sequence length: the part that grows with s, the part that
/// grows with s², and runs.
struct ScalingPlot {
  let heading: String
  let explorer: Explorer

  private static let width = 880.0
  private static let height = 372.0

  var svg: String {
    let line = explorer.lines.first { $0.symbol == .sequence }
    let dots = (line?.points ?? []).map { point in
      (size: point.setting.sizes["s"] ?? 0, bytes: point.measured.savedForBackward)
    }
    let longest = Double(dots.map(\.size).max() ?? 1) * 1.05
    let sizes = (0...80).map { longest * Double($0) / 80 }
    let degrees = (0...2).map { degree in sizes.map { bytes(ofDegree: degree, at: $0) } }
    let highest = sizes.indices.map { place in degrees.reduce(0) { $0 + $1[place] } }.max() ?? 1
    let axes = SVGAxes(
      left: 76, right: Self.width - 16, top: 78, bottom: Self.height - 46, most: highest * 1.04)
    func x(_ size: Double) -> Double { axes.left + size / longest * (axes.right - axes.left) }
    var floor = [Double](repeating: 0, count: sizes.count)
    let bands = degrees.enumerated().map { degree, amounts -> HTML in
      let below = floor
      floor = zip(floor, amounts).map(+)
      return axes.area(sizes.map(x), from: below, to: floor, "degree\(degree)")
    }
    let marks = dots.map { dot -> HTML in
      """
      <circle class="dot" cx="\(x(Double(dot.size)).decimal(1))" \
      cy="\(axes.y(Double(dot.bytes)).decimal(1))" r="5"/>\
      \(SVGPlot.label(dot.size.grouped, x(Double(dot.size)), axes.bottom + 18, "middle"))
      """
    }
    let entries = [
      ("degree1", "grows with s"), ("degree2", "grows with s²: attention probabilities"),
      ("dot", "runs"),
    ]
    return SVGPlot(
      title: heading, width: Self.width, height: Self.height,
      content: """
        \(SVGPlot.label(heading, 16, 28, "heading"))
        \(SVGPlot.legend(entries.map { (class: $0.0, text: $0.1) }, 16, 52))
        \(axes.grid)\(bands)\(marks)
        \(SVGPlot.label("sequence length s, in tokens", axes.right, axes.bottom + 38, "end"))
        """
    ).text
  }

  /// What the terms with that power of s give.
  private func bytes(ofDegree degree: Int, at sequence: Double) -> Double {
    let start = explorer.start
    let way = [
      start.precision.rawValue, start.attention.rawValue, start.recompute.rawValue,
    ].joined(separator: " ")
    let terms = (explorer.saved[way] ?? []).filter { $0.powers["s", default: 0] == degree }
    return terms.reduce(0) { sum, term in
      sum
        + term.powers.reduce(term.coefficient.doubleValue) { product, factor in
          let size = factor.key == "s" ? sequence : Double(start.sizes[factor.key] ?? 1)
          return product * pow(size, Double(factor.value))
        }
    }
  }
}
