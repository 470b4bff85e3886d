import Catalogue
import TestSupport
import Testing

@testable import Transformer

/// Bytes kept for backward in runs of 16 bits, against what PyTorch keeps.
@Suite struct SavedHalfTests {
  /// `saved-half.json`.
  struct Reference: Decodable {
    struct Row: Decodable, CustomStringConvertible, Sendable {
      let shape: ReferenceShape
      let kind: String
      let attention: String
      let dropout: String
      let totalBytes: Int
      var description: String { "\(kind) \(attention) dropout \(dropout) \(shape)" }
    }
    let rows: [Row]
  }

  static let rows = (try? Fixture.load("saved-half.json", as: Reference.self).rows) ?? []

  @Test("What PyTorch keeps in bfloat16 and under autocast is kept, to the byte", arguments: rows)
  func pytorch(_ row: Reference.Row) throws {
    let isAutocast = row.kind == "autocast"
    let recipe = row.shape.recipe {
      $0.attention = row.attention == "eager" ? .eager : .flash
      $0.dropout = row.dropout == "none" ? 0 : 0.1
      $0.convention = isAutocast ? .pytorchAutocast : .pytorch
      $0.precision = isAutocast ? .bf16 : .bf16Pure
    }
    let measured = try Measurement.run(row.shape.model(), recipe, dry: true).bytes
    #expect(measured.savedForBackward == row.totalBytes)
  }

  @Test("There are enough rows to tell the terms of the formulas apart")
  func enoughRows() { #expect(Self.rows.count == 14 * 2 * 2 * 2) }

  @Test(
    "Under textbook a block keeps 34·bsh + 5·abs² bytes in 16 bits with dropout, and statistics",
    arguments: [TrainingPrecision.bf16, .fp16, .bf16Pure])
  func textbook(_ precision: TrainingPrecision) throws {
    func saved(layers: Int) throws -> Transformer.Measurement.Bytes {
      let shape = try ModelShape(
        name: "textbook", layers: layers, hidden: 48, heads: 6, vocabulary: 97, positions: 32)
      var recipe = Recipe()
      (recipe.batch, recipe.sequence, recipe.dropout) = (3, 20, 0.1)
      (recipe.precision, recipe.convention) = (precision, .textbook)
      return try Measurement.run(shape, recipe, dry: true).bytes
    }
    let (one, three) = (try saved(layers: 1), try saved(layers: 3))
    let (b, s, h, a) = (3, 20, 48, 6)
    // Korthikanti et al., equation 1; mean and reciprocal deviation of two norms, 4 bytes each.
    let block = 34 * b * s * h + 5 * a * b * s * s + 16 * b * s
    #expect(three.savedForBackward - one.savedForBackward == 2 * block)
    let statistics = three.savedByRole.filter {
      $0.role == .normMean || $0.role == .normReciprocalDeviation
    }
    // Two norms in each of three blocks and the final one.
    #expect(statistics.map(\.bytes) == [7 * 4 * b * s, 7 * 4 * b * s])
    // Section 4.1: dropout mask bsh, final norm 2·bsh, head input 2·bsh, logits 4·bsV; and the
    // final norm's statistics.
    let outside = 5 * b * s * h + 4 * b * s * 97 + 8 * b * s
    #expect(one.savedForBackward == block + outside)
  }
}
