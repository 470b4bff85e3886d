import Catalogue
import Foundation
import Instrument
import Reporting
import Transformer

/// Tiled attention beside attention with all scores in memory, where a sequence is long: a step of
/// one block of GPT-2's width.
enum LongAttention {
  private static let sequence = 4096

  static func table() throws -> Table {
    let rows = try Recipe.Attention.allCases.map { attention in
      let shape = try ModelShape(
        name: "long", layers: 1, hidden: 768, heads: 12, vocabulary: 256, positions: sequence)
      var recipe = Recipe()
      (recipe.batch, recipe.sequence, recipe.attention) = (1, sequence, attention)
      let peak = try Measurement.peakBytes(shape, recipe)
      let speed = try StepSpeed(shape, recipe, on: Engine(expecting: peak))
      return [
        attention.rawValue, String(format: "%.0f ms", speed.step * 1000),
        String(format: "%.0f MB", Double(peak) / 1e6),
      ]
    }
    return Table(
      "One block of GPT-2's width, batch 1, sequence \(sequence)",
      [.text("attention"), .number("step"), .number("peak")], rows)
  }
}
