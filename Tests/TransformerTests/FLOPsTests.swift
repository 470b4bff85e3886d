import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// FLOPs of matrix products, against PyTorch's counter and by hand.
@Suite struct FLOPsTests {
  /// `flops.json`.
  struct Reference: Decodable {
    struct Count: Decodable, Sendable { let total: Int }
    struct Row: Decodable, CustomStringConvertible, Sendable {
      let shape: ReferenceShape
      let forward: Count
      let forwardAndBackward: Count
      var description: String { "\(shape)" }
    }
    let rows: [Row]
  }

  static let rows = (try? Fixture.load("flops.json", as: Reference.self).rows) ?? []

  @Test("Products are counted as by PyTorch's FlopCounterMode", arguments: rows)
  func pytorch(_ row: Reference.Row) throws {
    let flops = try Measurement.run(row.shape.model(), row.shape.recipe(), dry: true).flops
    #expect(flops.matmul.forward == row.forward.total)
    #expect(flops.matmul.forward + flops.matmul.backward == row.forwardAndBackward.total)
  }

  @Test(
    "GPT-2 124M takes 291,648,307,200 FLOPs forward at s = 1024, and twice that backward",
    arguments: Convention.all.map(\.name))
  func gpt2(_ convention: String) throws {
    var recipe = Recipe()
    recipe.batch = 1
    recipe.sequence = 1024
    recipe.convention = try #require(Convention.named(convention))
    let flops = try Measurement.run(ModelShape(named: "gpt2"), recipe, dry: true).flops
    // l·(24·bsh² + 4·bs²h) + 2·bshV = 12·(14495514624 + 3221225472) + 79047426048
    #expect(flops.matmul.forward == 291_648_307_200)
    #expect(flops.matmul.backward == 2 * 291_648_307_200)
    #expect(flops.matmul.recompute == 0)
    #expect(flops.matmulDense == flops.matmul)
  }

  @Test("Flash attention skips the tiles that the mask hides, and says what they would have cost")
  func flash() throws {
    var recipe = Recipe()
    recipe.batch = 1
    recipe.sequence = 1024
    recipe.attention = .flash
    let flops = try Measurement.run(ModelShape(named: "gpt2"), recipe, dry: true).flops
    #expect(flops.matmulDense.forward == 291_648_307_200)
    // 8 blocks of 128: 36 of 64 tiles are visible. Hidden: 28/64 of l·4·bs²h = 38654705664.
    #expect(flops.matmul.forward == 291_648_307_200 - 38_654_705_664 * 28 / 64)
    // Backward of a tile is five products instead of forward's two: the scores are made again.
    let linear = 2 * (291_648_307_200 - 38_654_705_664)
    #expect(flops.matmulDense.backward == linear + 38_654_705_664 * 5 / 2)
    #expect(flops.matmul.backward == linear + 38_654_705_664 * 5 / 2 * 36 / 64)
  }
}

/// What tiled attention holds at its peak.
@Suite struct FlashPeakTests {
  @Test(
    "The peak of tiled attention grows with the sequence as a straight line does, eager's faster")
  func linear() throws {
    func peak(_ attention: Recipe.Attention, _ sequence: Int) throws -> Int {
      let shape = try ModelShape(
        name: "long", layers: 2, hidden: 64, heads: 4, vocabulary: 61, positions: 8192)
      var recipe = Recipe()
      (recipe.batch, recipe.sequence, recipe.attention) = (1, sequence, attention)
      return try Measurement.peakBytes(shape, recipe)
    }
    let flash = try [2048, 4096, 6144, 8192].map { try peak(.flash, $0) }
    let steps = zip(flash, flash.dropFirst()).map { $1 - $0 }
    #expect(Set(steps).count == 1)
    let eager = try [2048, 4096, 6144].map { try peak(.eager, $0) }
    // (s,s) tensors: 4·a·s² bytes and more for each of two layers.
    #expect(eager[2] - 2 * eager[1] + eager[0] >= 2 * 2 * 4 * 4 * 2048 * 2048)
    #expect(flash[1] < eager[1] / 4)
  }
}
