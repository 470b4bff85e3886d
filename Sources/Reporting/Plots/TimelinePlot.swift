import Catalogue
import Foundation

/// The memory of a step over time, stacked by category.
struct TimelinePlot {
  let heading: String
  let timeline: MemoryTimeline

  private static let width = 880.0
  private static let height = 372.0
  /// From what lasts to what does not.
  private static let order: [(category: Catalogue.Category, name: String)] = [
    (.parameter, "parameters"), (.optimizerState, "optimizer states"), (.gradient, "gradients"),
    (.kvCache, "KV cache"), (.activation, "activations"), (.temporary, "temporary"),
    (.input, "input"),
  ]

  var svg: String {
    let end = timeline.phases.last?.name == "end" ? timeline.phases.last?.from : nil
    let columns = columns(upTo: end ?? timeline.moments.count)
    let sums = Self.order.map { part in
      columns.map { moment in Double(bytes(of: part.category, at: moment)) }
    }
    let shown = Self.order.indices.filter { sums[$0].contains { $0 > 0 } }
    let totals = columns.indices.map { column in sums.reduce(0) { $0 + $1[column] } }
    let axes = SVGAxes(
      left: 76, right: Self.width - 16, top: 78, bottom: Self.height - 34,
      most: (totals.max() ?? 1) * 1.06)
    let step = (axes.right - axes.left) / Double(columns.count)
    // A column is a step: it begins and ends at its height.
    let x = columns.indices.flatMap {
      [axes.left + Double($0) * step, axes.left + Double($0 + 1) * step]
    }
    var floor = [Double](repeating: 0, count: columns.count)
    let areas = shown.map { index -> HTML in
      let below = floor
      floor = zip(floor, sums[index]).map(+)
      return axes.area(
        x, from: below.flatMap { [$0, $0] }, to: floor.flatMap { [$0, $0] },
        Self.order[index].category.rawValue)
    }
    let legend = SVGPlot.legend(
      shown.map { (Self.order[$0].category.rawValue, Self.order[$0].name) }, 16, 52)
    return SVGPlot(
      title: heading, width: Self.width, height: Self.height,
      content: """
        \(SVGPlot.label(heading, 16, 28, "heading"))
        \(legend)\(axes.grid)\(areas)\(phases(columns, axes, step))
        """
    ).text
  }

  private static let mostColumns = 300

  /// Of each stretch of moments the highest.
  private func columns(upTo end: Int) -> [Int] {
    let width = max(1, (end + Self.mostColumns - 1) / Self.mostColumns)
    return stride(from: 0, to: end, by: width).map { start in
      let moments = start..<min(end, start + width)
      return moments.max { total(at: $0) < total(at: $1) } ?? start
    }
  }

  private func total(at moment: Int) -> Int {
    alive(at: moment).reduce(0) { $0 + $1.bytes }
  }

  private func bytes(of category: Catalogue.Category, at moment: Int) -> Int {
    let number = timeline.categories.firstIndex(of: category)
    return alive(at: moment).filter { $0.category == number }.reduce(0) { $0 + $1.bytes }
  }

  private func alive(at moment: Int) -> [MemoryTimeline.Tensor] {
    timeline.tensors.filter { $0.from <= moment && moment < $0.to }
  }

  private func phases(_ columns: [Int], _ axes: SVGAxes, _ step: Double) -> [HTML] {
    timeline.phases.filter { $0.name != "end" }.flatMap { phase -> [HTML] in
      let inside = columns.indices.filter { phase.from <= columns[$0] && columns[$0] < phase.to }
      guard let first = inside.first, let last = inside.last else { return [] }
      let (left, right) = (
        axes.left + Double(first) * step, axes.left + Double(last + 1) * step
      )
      return [
        """
        <line class="line" x1="\(left.decimal(1))" x2="\(left.decimal(1))" \
        y1="\(axes.top.decimal(0))" y2="\((axes.bottom + 22).decimal(0))"/>
        """,
        SVGPlot.label(phase.name, (left + right) / 2, axes.bottom + 18, "middle"),
      ]
    }
  }
}
