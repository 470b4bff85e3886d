import Catalogue
import Testing

@testable import Transformer

/// A prefix that is read in both directions, and a continuation that is written from left to right.
@Suite struct PrefixTests {
  private func recipe(prefix: Int?) -> Recipe {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.prefix) = (2, 64, prefix)
    return recipe
  }

  @Test("Only what follows the prefix is predicted, from its last token on")
  func targets() throws {
    let shape = try ModelShape(named: "gpt2-tiny")
    let text = (0..<8).map(Int64.init)
    func targets(_ prefix: Int?) -> [Int64] {
      Objective(shape, recipe(prefix: prefix)).example(text[...], seed: 0).targets
    }
    #expect(targets(nil) == [1, 2, 3, 4, 5, 6, 7])
    #expect(targets(1) == [1, 2, 3, 4, 5, 6, 7])
    #expect(targets(3) == [-100, -100, 3, 4, 5, 6, 7])
    #expect(targets(7) == [-100, -100, -100, -100, -100, -100, 7])
  }

  @Test("A prefix changes no byte, and no FLOP of dense attention")
  func account() throws {
    let shape = try ModelShape(named: "gpt2-tiny")
    let causal = try Measurement.run(shape, recipe(prefix: nil), dry: true)
    let prefixed = try Measurement.run(shape, recipe(prefix: 16), dry: true)
    #expect(prefixed.bytes.savedForBackward == causal.bytes.savedForBackward)
    #expect(prefixed.bytes.peak.total == causal.bytes.peak.total)
    #expect(prefixed.flops.matmul == causal.flops.matmul)
  }

  @Test("Tiled attention skips fewer tiles where there is a prefix")
  func tiles() throws {
    let shape = try ModelShape(
      name: "tiles", layers: 1, hidden: 8, heads: 1, vocabulary: 16, positions: 384)
    func forward(_ prefix: Int?) throws -> Int {
      var recipe = recipe(prefix: prefix)
      (recipe.batch, recipe.sequence, recipe.attention) = (1, 384, .flash)
      return try Measurement.run(shape, recipe, dry: true).flops.matmul.forward
    }
    // Three tiles of 128 by three; two products of 2·128·128·8 FLOPs in each. Causal skips the three
    // above the diagonal; a prefix of 200 shows one of them again, one of 384 all.
    let tile = 2 * 2 * 128 * 128 * 8
    #expect(try forward(200) - forward(nil) == tile)
    #expect(try forward(384) - forward(nil) == 3 * tile)
  }

  @Test("A prefix longer than the sequence, or of a model that is not causal, is refused")
  func refused() throws {
    func message(_ model: String, _ prefix: Int) throws -> String? {
      let shape = try ModelShape(named: model)
      let error = #expect(throws: InputError.self) {
        try recipe(prefix: prefix).validate(for: shape)
      }
      return error?.description
    }
    #expect(
      try message("gpt2-tiny", 65)
        == "--prefix: found 65; expected a positive integer, at most 64, the tokens of a sequence")
    #expect(
      try message("bert-mini", 4)
        == "--prefix: found 4 for bert-mini, whose attention is not causal; expected a decoder "
        + "that sees all tokens before its own, such as gpt2")
  }
}
