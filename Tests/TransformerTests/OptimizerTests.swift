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

  @Test("Adafactor keeps a float for each row and column of a matrix, and for each of a vector")
  func factoredStates() throws {
    // Embeddings (256,64) and (128,64); per block qkv (192,64), projection (64,64), up (256,64) and
    // down (64,256): rows and columns 320 + 192 + 2·(256 + 128 + 320 + 320) = 2,560. Vectors: per
    // block two norms of 2·64 and biases of 192, 64, 256 and 64, and the last norm: 2·832 + 128.
    #expect(try Self.bytes(.adafactor).optimizerState == 4 * (2_560 + 1_792))
  }

  @Test("Of experts Adafactor keeps the rows and columns of each")
  func factoredExperts() throws {
    var recipe = Recipe()
    recipe.optimizer = .adafactor
    let bytes = try Measurement.run(ModelShape(named: "mixtral-mini"), recipe, dry: true).bytes
    // Embedding and head (256,64); per block qkv (128,64), projection (64,64), router (4,64), and
    // for each of 4 experts gate and up (96,64) and down (64,96): 160 each. Norms: 5 of 64.
    let matrices = 2 * 320 + 2 * (192 + 128 + 68 + 4 * 3 * 160)
    #expect(bytes.optimizerState == 4 * (matrices + 5 * 64))
  }

  /// `optimizers.json`.
  struct Reference: Decodable {
    let count: Int
    let steps: Int
    let learningRate: Float
    let parameters: [String: ReferenceArray]
    /// By shape.
    let adafactor: [String: ReferenceArray]
    /// Bytes by model, optimizer and implementation.
    let temporaries: [String: [String: [String: Int]]]
  }

  @Test(
    "Adafactor's update of a vector, a matrix and several matrices equals PyTorch's",
    arguments: ["vector", "matrix", "matrices"])
  func adafactor(_ kind: String) throws {
    let reference = try Fixture.load("optimizers.json", as: Reference.self)
    let expected = try #require(reference.adafactor[kind])
    let columns = try #require(expected.shape.last)
    let rows = reference.count / columns
    let matrices = expected.shape.count == 3 ? expected.shape[0] : 1
    let engine = try Engine(expecting: 1 << 20)
    let parameter = engine.make(rows, columns, .parameter, .qkvWeight)
    let gradient = engine.make(rows, columns, .gradient, .qkvWeight)
    parameter.assign(ReferenceWeights.values(parameter: 0, count: reference.count, base: 0))
    let state = OptimizerState(
      for: .adafactor, rows: rows, columns: columns, matrices: matrices, engine)
    for step in 1...reference.steps {
      gradient.assign(ReferenceWeights.values(parameter: step, count: reference.count, base: 0))
      state.update(
        parameter, gradient: gradient,
        AdamWStep(
          learningRate: reference.learningRate, betas: Optimizer.betas,
          epsilon: Optimizer.epsilon, weightDecay: 0, gradientScale: 1, step: step), engine)
    }
    // Five steps of about ten roundings each, and sums of at most 600 squares.
    let bound = roundingBound(operations: 50, sumOf: 600)
    #expect(relativeError(parameter.values(), expected.values) <= bound)
  }

  @Test(
    "What is alive during an update is what PyTorch has, to the byte",
    arguments: ["gpt2-tiny", "mixtral-mini"], Recipe.OptimizerImplementation.allCases)
  func temporaries(_ model: String, _ implementation: Recipe.OptimizerImplementation) throws {
    let reference = try Fixture.load("optimizers.json", as: Reference.self)
    for (optimizer, bytes) in try #require(reference.temporaries[model]) {
      guard let expected = bytes[implementation.rawValue] else { continue }
      var recipe = Recipe()
      recipe.optimizer = try #require(Recipe.Optimizer(rawValue: optimizer))
      recipe.optimizerImplementation = implementation
      recipe.sequence = 8
      let shape = try ModelShape(named: model)
      let engine = Engine(dry: Ledger())
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.step()
      let changes = engine.ledger.events.filter {
        $0.phase == .optimizer && $0.category == .temporary
      }
      var (now, most) = (0, 0)
      for change in changes {
        now += change.bytes
        most = max(most, now)
      }
      #expect(most == expected, "\(optimizer)")
    }
  }

  @Test(
    "How an update is carried out changes no bit of its result",
    arguments: [Recipe.Optimizer.adamw, .adam, .sgd, .momentum, .adam8bit, .adafactor])
  func implementations(_ optimizer: Recipe.Optimizer) throws {
    func weights(_ implementation: Recipe.OptimizerImplementation) throws -> [Float] {
      var recipe = Recipe()
      (recipe.batch, recipe.sequence) = (2, 8)
      (recipe.optimizer, recipe.optimizerImplementation) = (optimizer, implementation)
      let engine = try Engine(expecting: 1 << 22)
      var training = Training(
        Self.shape, recipe, try Corpus(for: recipe, Self.shape), on: engine)
      for _ in 0..<3 { _ = training.step() }
      var values: [Float] = []
      training.forEachParameter { _, parameter in values += parameter.value.values() }
      return values
    }
    let (loop, together) = (try weights(.loop), try weights(.foreach))
    #expect(loop.map(\.bitPattern) == together.map(\.bitPattern))
    let fused = try weights(.fused)
    if optimizer == .adafactor {
      // Its squares are added up in another order.
      #expect(relativeError(fused, loop.map(Double.init)) <= roundingBound(operations: 30))
    } else {
      #expect(fused.map(\.bitPattern) == loop.map(\.bitPattern))
    }
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

  @Test("Adafactor learns")
  func adafactorLearns() throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps) = (8, 64, 100)
    (recipe.learningRate, recipe.optimizer) = (1e-2, .adafactor)
    let losses = try #require(Measurement.run(Self.shape, recipe, dry: false).loss)
    let (first, last) = (try #require(losses.first ?? nil), try #require(losses.last ?? nil))
    #expect(last < 0.7 * first)
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

  @Test(
    "A dry update of each optimizer leaves the events of a real one",
    arguments: optimizers, Recipe.OptimizerImplementation.allCases)
  func dryEqualsReal(
    _ optimizer: Recipe.Optimizer, _ implementation: Recipe.OptimizerImplementation
  ) throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.optimizer) = (2, 8, optimizer)
    recipe.optimizerImplementation = implementation
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
