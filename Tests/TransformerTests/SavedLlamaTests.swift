import Foundation
import Instrument
import TestSupport
import Testing

@testable import Catalogue
@testable import Transformer

/// Bytes that Llama keeps for backward, against what autograd keeps of transformers' model.
@Suite struct SavedLlamaTests {
  /// `saved-llama.json`.
  struct Reference: Decodable {
    struct Row: Decodable, CustomStringConvertible, Sendable {
      let shape: Shape
      let model: String
      let attention: String
      let totalBytes: Int
      var description: String { "\(model) \(attention) \(shape)" }
    }
    struct Shape: Decodable, Sendable {
      let batch: Int
      let sequence: Int
      let layers: Int
      let hidden: Int
      let heads: Int
      let groups: Int
      let size: Int
      let feedForward: Int
      let vocabulary: Int
      let positions: Int
      let tied: Bool
    }
    let rows: [Row]
  }

  static let rows = (try? Fixture.load("saved-llama.json", as: Reference.self).rows) ?? []

  static func measured(
    _ row: Reference.Row, _ convention: Convention
  ) throws -> Transformer.Measurement.Bytes {
    let sizes = row.shape
    let shape = try ModelShape(
      name: row.description, family: .llama,
      ModelShape.Sizes(
        layers: sizes.layers, hidden: sizes.hidden, heads: sizes.heads, kvHeads: sizes.groups,
        headDimension: sizes.size, feedForward: sizes.feedForward, vocabulary: sizes.vocabulary,
        positions: sizes.positions),
      Architecture(
        norm: .rmsNorm, activation: .silu, isGated: true,
        position: .rotary(dimensions: sizes.size, theta: 10_000), biases: .none),
      tiedHead: sizes.tied, normEpsilon: 1e-5, ModelShape.SizeFields.common, row.description)
    var recipe = Recipe()
    recipe.batch = sizes.batch
    recipe.sequence = sizes.sequence
    recipe.attention = row.attention == "eager" ? .eager : .flash
    recipe.convention = convention
    return try Measurement.run(shape, recipe, dry: true).bytes
  }

  @Test("Convention pytorch keeps what PyTorch keeps of a Llama, to the byte", arguments: rows)
  func pytorch(_ row: Reference.Row) throws {
    #expect(try Self.measured(row, .pytorch).savedForBackward == row.totalBytes)
  }

  @Test("There are shapes with one, some and all heads sharing keys and values")
  func enoughShapes() {
    let eager = Self.rows.filter { $0.attention == "eager" }.map(\.shape)
    #expect(eager.count >= 9)
    #expect(eager.contains { $0.groups == 1 })
    #expect(eager.contains { $0.groups == $0.heads })
    #expect(eager.contains { $0.groups > 1 && $0.groups < $0.heads })
  }
}
