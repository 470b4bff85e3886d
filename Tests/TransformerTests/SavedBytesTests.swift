import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Bytes kept for backward, against what PyTorch and llm.c keep.
@Suite struct SavedBytesTests {
  /// `saved-for-backward.json`.
  struct Reference: Decodable {
    struct Row: Decodable, CustomStringConvertible, Sendable {
      let shape: ReferenceShape
      let attention: String
      let dropout: String
      let attentionDropout: Bool
      let totalBytes: Int
      let parts: [String: Int]
      var description: String { "\(shape) \(attention) dropout \(dropout)" }
    }
    let rows: [Row]
  }

  static let rows = (try? Fixture.load("saved-for-backward.json", as: Reference.self).rows) ?? []

  /// PyTorch's mask on a CPU is a float, on the GPU a byte, which is what the convention means. Its
  /// fused attention on a CPU has no dropout.
  static let comparable = rows.filter { row in
    row.dropout == "none" || row.dropout == "native" && row.attention == "eager"
  }

  @Test("Convention pytorch keeps what PyTorch keeps, to the byte", arguments: comparable)
  func pytorch(_ row: Reference.Row) throws {
    let recipe = row.shape.recipe {
      $0.attention = row.attention == "eager" ? .eager : .flash
      $0.dropout = row.dropout == "none" ? 0 : 0.1
      $0.convention = .pytorch
    }
    let measured = try Measurement.run(row.shape.model(), recipe, dry: true).bytes
    #expect(measured.savedForBackward == row.totalBytes)
    #expect(measured.savedByRole.reduce(0) { $0 + $1.bytes } == row.totalBytes)
  }

  @Test("There are enough shapes to tell the terms of the formula apart")
  func enoughShapes() {
    #expect(Self.comparable.count { $0.dropout == "none" && $0.attention == "eager" } >= 9)
  }

  @Test("Convention llm.c keeps the 73,323,776 activations that llm.c prints for GPT-2 124M")
  func llmC() throws {
    var recipe = Recipe()
    recipe.batch = 4
    recipe.sequence = 64
    recipe.convention = .llmC
    let measured = try Measurement.run(ModelShape(named: "gpt2"), recipe, dry: true).bytes
    // l·(18·bsh + 2·abs² + 4·bs) + 2·bsh + 2·bs + 2·bsV + bs
    //   = 12·(3538944 + 393216 + 1024) + 393216 + 512 + 25731584 + 256 = 73323776
    #expect(measured.savedForBackward == 73_323_776 * 4)
  }

  @Test("Convention lean keeps 40·bsh + 4·abs² bytes per block without dropout")
  func lean() throws {
    let shape = try ModelShape(
      name: "lean", layers: 3, hidden: 48, heads: 4, vocabulary: 97, positions: 32)
    var recipe = Recipe()
    recipe.batch = 2
    recipe.sequence = 20
    recipe.convention = .lean
    let measured = try Measurement.run(shape, recipe, dry: true).bytes
    // Norm inputs 2·4 and fused qkv 12 and context 4 and activation input 16 = 40 bytes of bsh.
    // l·(40·bsh + 4·abs²) + 4·bsh (final norm input) + 4·bsV (probabilities)
    let (b, s, h, a, l, V) = (2, 20, 48, 4, 3, 97)
    #expect(
      measured.savedForBackward
        == l * (40 * b * s * h + 4 * a * b * s * s) + 4 * b * s * h + 4 * b * s * V)
  }
}
