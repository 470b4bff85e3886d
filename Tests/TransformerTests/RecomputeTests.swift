import Catalogue
import Instrument
import Testing

@testable import Transformer

/// Recomputation changes what is kept and what is computed twice, and nothing else.
@Suite struct RecomputeTests {
  static let modes: [Recompute] = [.selective, .full, .squareRoot, .every(3), .every(99)]
  static let conventions = Convention.all.map(\.name)

  private func shape() throws -> ModelShape {
    try ModelShape(
      name: "recompute", layers: 5, hidden: 24, heads: 3, vocabulary: 61, positions: 32)
  }

  private func recipe(_ mode: Recompute, _ convention: String = "pytorch") throws -> Recipe {
    var recipe = Recipe()
    recipe.batch = 2
    recipe.sequence = 20
    recipe.dropout = 0.1
    recipe.recompute = mode
    recipe.convention = try #require(Convention.named(convention))
    return recipe
  }

  /// All gradients of one pass, bit for bit.
  private func gradients(_ recipe: Recipe) throws -> [[UInt32]] {
    let engine = try Engine(expecting: 1 << 20)
    let shape = try shape()
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    _ = training.accumulateGradients()
    var gradients: [[UInt32]] = []
    training.forEachParameter { _, parameter in
      parameter.withGradient { gradients.append($0.values().map(\.bitPattern)) }
    }
    return gradients
  }

  @Test("Every mode gives bit-identical gradients", arguments: modes, conventions)
  func identical(_ mode: Recompute, _ convention: String) throws {
    let expected = try gradients(recipe(.none, convention))
    let actual = try gradients(recipe(mode, convention))
    #expect(actual.count == expected.count)
    for (actual, expected) in zip(actual, expected) { #expect(actual == expected) }
  }

  @Test("A dry run keeps the same account", arguments: modes)
  func dry(_ mode: Recompute) throws {
    let shape = try shape()
    let recipe = try recipe(mode)
    let (dry, real) = (Engine(dry: Ledger()), try Engine(expecting: 1 << 20))
    for engine in [dry, real] {
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.step()
    }
    #expect(dry.ledger.events == real.ledger.events)
    #expect(dry.work == real.work)
    #expect(real.ledger.total == 0)
  }

  @Test("Full recomputation keeps one input per block, and runs each block forward twice")
  func full() throws {
    let shape = try shape()
    var recipe = try recipe(.full)
    recipe.dropout = 0
    let measured = try Measurement.run(shape, recipe, dry: true)
    let (b, s, h, l, V) = (2, 20, 24, 5, 61)
    // 4·bsh for each block's input; behind the blocks the final norm's input 4·bsh and statistics
    // 8·bs, the head's input 4·bsh, the log-probabilities 4·bsV and their total weight 4.
    #expect(
      measured.bytes.savedForBackward
        == l * 4 * b * s * h + (4 * b * s * h + 8 * b * s) + 4 * b * s * h + 4 * b * s * V + 4)
    // l·(24·bsh² + 4·bs²h)
    #expect(
      measured.flops.matmul.recompute == l * (24 * b * s * h * h + 4 * b * s * s * h))
  }

  @Test("Selective recomputation drops the (s,s) tensors, and redoes 4·bs²h FLOPs in each block")
  func selective() throws {
    let shape = try shape()
    var (kept, forgotten) = (try recipe(.none), try recipe(.selective))
    (kept.dropout, forgotten.dropout) = (0, 0)
    let before = try Measurement.run(shape, kept, dry: true)
    let after = try Measurement.run(shape, forgotten, dry: true)
    let (b, s, h, a, l) = (2, 20, 24, 3, 5)
    #expect(
      before.bytes.savedForBackward - after.bytes.savedForBackward == l * 4 * a * b * s * s)
    #expect(after.flops.matmul.recompute == l * 4 * b * s * s * h)
  }

  @Test("Modes are spelled as on the command line")
  func spelling() {
    for mode in Self.modes { #expect(Recompute(rawValue: mode.rawValue) == mode) }
    for wrong in ["every:0", "every:-1", "every:", "every:x", "all", ""] {
      #expect(Recompute(rawValue: wrong) == nil, "\(wrong)")
    }
  }
}
