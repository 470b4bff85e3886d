import Catalogue
import Foundation
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// What each optimizer keeps, and what it does.
@Suite struct OptimizerTests {
  static let shape: ModelShape = {
    do {
      return try ModelShape(named: "gpt2-mini")
    } catch {
      fatalError("\(error)")
    }
  }()

  static func bytes(_ optimizer: Recipe.Optimizer) throws -> Transformer.Measurement.Bytes {
    var recipe = Recipe()
    recipe.optimizer = optimizer
    return try Measurement.run(shape, recipe, dry: true).bytes
  }

  @Test("Adam keeps two floats for each parameter, momentum one, gradient descent none")
  func states() throws {
    // gpt2-mini has 124,672 parameters of 4 bytes.
    let parameters = 124_672 * 4
    #expect(try Self.bytes(.adamw).optimizerState == 2 * parameters)
    #expect(try Self.bytes(.adam).optimizerState == 2 * parameters)
    #expect(try Self.bytes(.momentum).optimizerState == parameters)
    #expect(try Self.bytes(.sgd).optimizerState == 0)
    #expect(try Self.bytes(.none).optimizerState == 0)
  }

  @Test("8-bit Adam keeps two bytes, and two floats a block, of all but small parameters")
  func quantisedStates() throws {
    // Per block: qkv 192·64, projection 64·64, up 256·64, down 64·256 are at least 4096 elements:
    // 12,288 + 4,096 + 16,384 + 16,384 = 49,152, twice 98,304; the embeddings 256·64 = 16,384 and
    // 128·64 = 8,192: 122,880 in all. The rest, 124,672 − 122,880 = 1,792, keeps 8 bytes each.
    // Blocks of 256: 122,880 / 256 = 480.
    let (bytes, scales, rest) = (122_880 * 2, 480 * 2 * 4, 1_792 * 8)
    #expect(try Self.bytes(.adam8bit).optimizerState == bytes + scales + rest)
  }

  struct Reference: Decodable {
    let count: Int
    let steps: Int
    let learningRate: Float
    let parameters: [String: ReferenceArray]
  }

  @Test(
    "An update of each optimizer equals PyTorch's",
    arguments: [Recipe.Optimizer.sgd, .momentum, .adam, .adamw])
  func updates(_ optimizer: Recipe.Optimizer) throws {
    let reference = try Fixture.load("optimizers.json", as: Reference.self)
    let engine = try Engine(expecting: 1 << 20)
    let parameter = engine.make(2, reference.count / 2, .parameter, .qkvWeight)
    let gradient = engine.make(2, reference.count / 2, .gradient, .qkvWeight)
    parameter.assign(ReferenceWeights.values(parameter: 0, count: reference.count, base: 0))
    let state = OptimizerState(
      for: optimizer, rows: 2, columns: reference.count / 2, engine)
    for step in 1...reference.steps {
      gradient.assign(ReferenceWeights.values(parameter: step, count: reference.count, base: 0))
      state.update(
        parameter, gradient: gradient,
        AdamWStep(
          learningRate: reference.learningRate, betas: Optimizer.betas,
          epsilon: Optimizer.epsilon, weightDecay: optimizer == .adamw ? 0.1 : 0,
          gradientScale: 1, step: step), engine)
    }
    let expected = try #require(reference.parameters[optimizer.rawValue]?.values)
    // Five steps of about ten roundings each.
    #expect(relativeError(parameter.values(), expected) <= roundingBound(operations: 50))
  }

  @Test("8-bit Adam learns a real text as well as Adam, to 2 %")
  func quantisedLearns() throws {
    let text = "/usr/share/common-licenses/GPL-3"
    guard FileManager.default.fileExists(atPath: text) else { return }
    func loss(_ optimizer: Recipe.Optimizer) throws -> Double {
      var recipe = Recipe()
      (recipe.batch, recipe.sequence, recipe.steps) = (8, 64, 300)
      (recipe.learningRate, recipe.text, recipe.optimizer) = (3e-3, text, optimizer)
      let losses = try Measurement.run(Self.shape, recipe, dry: false).loss ?? []
      let last = losses.suffix(20).map { $0 ?? .nan }
      return last.reduce(0, +) / 20
    }
    let (full, quantised) = (try loss(.adam), try loss(.adam8bit))
    #expect(full < 2.5)
    #expect(abs(quantised / full - 1) <= 0.02)
  }

  @Test("A dry update of each optimizer leaves the events of a real one", arguments: optimizers)
  func dryEqualsReal(_ optimizer: Recipe.Optimizer) throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.optimizer) = (2, 8, optimizer)
    let (real, dry) = (try Engine(expecting: 1 << 22), Engine(dry: Ledger()))
    for engine in [real, dry] {
      var training = Training(
        Self.shape, recipe, try Corpus(for: recipe, Self.shape), on: engine)
      _ = training.step()
    }
    #expect(real.ledger.events == dry.ledger.events)
    #expect(real.work == dry.work)
    #expect(real.ledger.total == 0)
  }

  static let optimizers = Recipe.Optimizer.allCases
}
