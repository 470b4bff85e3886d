import Catalogue
import Foundation
import Instrument
import Reporting
import Transformer

/// Steps in 16 bits beside the same step in 32. No core here multiplies 16 bits: products widen
/// their operands tile by tile, which must not cost more than it saves elsewhere.
enum Precisions {
  private static let rounds = 3
  private static let compared: [TrainingPrecision] = [.fp32, .bf16, .fp16]

  static func table() throws -> Table {
    let shape = try ModelShape(named: "gpt2")
    var rounds: [[TrainingPrecision: Double]] = []
    for _ in 0..<Self.rounds {
      // One after the other: rates on a shared machine jump, and only neighbours compare.
      rounds.append(
        try Dictionary(
          uniqueKeysWithValues: compared.map { ($0, try seconds(of: shape, in: $0)) }))
    }
    let rows = compared.map { precision in
      let seconds = median(rounds.map { $0[precision]! })
      let ratio = median(rounds.map { $0[precision]! / $0[.fp32]! })
      return [
        precision.rawValue, String(format: "%.0f ms", seconds * 1000),
        String(format: "%.2f", ratio),
      ]
    }
    return Table(
      "GPT-2 124M, batch 4, sequence 256: medians of \(Self.rounds) rounds",
      [.text("precision"), .number("step"), .number("times the step in fp32")], rows)
  }

  private static func seconds(
    of shape: ModelShape, in precision: TrainingPrecision
  ) throws -> Double {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.precision) = (4, 256, precision)
    (recipe.convention, recipe.attention) = (.lean, .flash)
    let engine = try Engine(expecting: try Measurement.peakBytes(shape, recipe))
    return try StepSpeed(shape, recipe, on: engine).step
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
