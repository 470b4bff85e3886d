import Foundation
import Instrument
import TestSupport
import Testing

@testable import Catalogue
@testable import Transformer

/// Bytes that Mixtral keeps for backward, against what autograd keeps of transformers' model.
@Suite struct SavedMixtralTests {
  /// `saved-mixtral.json`.
  struct Reference: Decodable {
    struct Row: Decodable, CustomStringConvertible, Sendable {
      let shape: Shape
      let attention: String
      let totalBytes: Int
      let expertBytes: Int
      var description: String { "\(attention) \(shape)" }
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
      let experts: Int
      let chosen: Int
    }
    let rows: [Row]
  }

  static let rows = (try? Fixture.load("saved-mixtral.json", as: Reference.self).rows) ?? []

  @Test("There are shapes with one, some and all experts for a token, and with idle ones")
  func enoughShapes() {
    #expect(Self.rows.contains { $0.shape.chosen == 1 })
    #expect(Self.rows.contains { $0.shape.chosen == $0.shape.experts })
    #expect(
      Self.rows.contains {
        $0.shape.batch * $0.shape.sequence * $0.shape.chosen < $0.shape.experts
      })
  }

  @Test("Convention pytorch keeps what PyTorch keeps of a Mixtral, to the byte", arguments: rows)
  func pytorch(_ row: Reference.Row) throws {
    let sizes = row.shape
    var architecture = Architecture.llama
    architecture.position = .rotary(dimensions: sizes.size, theta: 1e6)
    architecture.experts = Architecture.Experts(count: sizes.experts, perToken: sizes.chosen)
    let shape = try ModelShape(
      name: row.description, family: .mixtral,
      ModelShape.Sizes(
        layers: sizes.layers, hidden: sizes.hidden, heads: sizes.heads, kvHeads: sizes.groups,
        headDimension: sizes.size, feedForward: sizes.feedForward, vocabulary: sizes.vocabulary,
        positions: sizes.positions),
      architecture, tiedHead: sizes.tied, normEpsilon: 1e-5, ModelShape.SizeFields.common,
      row.description)
    var recipe = Recipe()
    (recipe.batch, recipe.sequence) = (sizes.batch, sizes.sequence)
    recipe.attention = row.attention == "eager" ? .eager : .flash
    let bytes = try Measurement.run(shape, recipe, dry: true).bytes
    #expect(bytes.savedForBackward == row.totalBytes)
    let ofExperts = bytes.savedByRole.filter {
      $0.role.isOfExperts || $0.role.rawValue.hasPrefix("router.")
    }
    #expect(ofExperts.reduce(0) { $0 + $1.bytes } == row.expertBytes)
  }
}
