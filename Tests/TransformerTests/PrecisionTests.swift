import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Training in 16 bits: what it stores, and what it computes.
@Suite struct PrecisionTests {
  /// A recipe of bytes per parameter, as the literature names them.
  struct Bytes: CustomStringConvertible, Sendable {
    let total: Int
    let parameter: Int
    let gradient: Int
    let optimizerState: Int
    let change: @Sendable (inout Recipe) -> Void
    var description: String { "\(total) bytes" }
  }

  static let recipes = [
    // bf16 throughout: 2 + 2 + (2 + 2).
    Bytes(total: 8, parameter: 2, gradient: 2, optimizerState: 4) { $0.precision = .bf16Pure },
    // bf16 with moments of 32 bits and no copy of the weights: 2 + 2 + (4 + 4).
    Bytes(total: 12, parameter: 2, gradient: 2, optimizerState: 8) {
      ($0.precision, $0.statePrecision) = (.bf16Pure, .fp32)
    },
    // Rajbhandari et al., arXiv 1910.02054, section 3.1: 2 + 2 + (4 + 4 + 4).
    Bytes(total: 16, parameter: 2, gradient: 2, optimizerState: 12) { $0.precision = .fp16 },
    // fp32 with Adam: 4 + 4 + (4 + 4).
    Bytes(total: 16, parameter: 4, gradient: 4, optimizerState: 8) { $0.precision = .fp32 },
    // Autocast keeps weights, gradients and moments of 32 bits.
    Bytes(total: 16, parameter: 4, gradient: 4, optimizerState: 8) {
      ($0.precision, $0.convention) = (.bf16, .pytorchAutocast)
    },
    // Gradients added up in 32 bits, as in Megatron-LM: 2 + 4 + 12.
    Bytes(total: 18, parameter: 2, gradient: 4, optimizerState: 12) {
      ($0.precision, $0.gradientPrecision) = (.bf16, .fp32)
    },
    // Gradients in 16 bits and a copy in 32: 2 + (2 + 4) + 12.
    Bytes(total: 20, parameter: 2, gradient: 6, optimizerState: 12) {
      ($0.precision, $0.gradientPrecision) = (.fp16, .both)
    },
  ]

  @Test("The recipes of 8 to 20 bytes per parameter take as many", arguments: recipes)
  func bytesPerParameter(_ recipe: Bytes) throws {
    let shape = try ModelShape(named: "gpt2-tiny")
    var run = Recipe()
    (run.batch, run.sequence) = (2, 16)
    recipe.change(&run)
    let measurement = try Measurement.run(shape, run, dry: true)
    let (bytes, P) = (measurement.bytes, measurement.model.parameters)
    #expect(P == ParameterCount(shape).total)
    #expect(bytes.parameter == recipe.parameter * P)
    #expect(bytes.gradient == recipe.gradient * P)
    #expect(bytes.optimizerState == recipe.optimizerState * P)
    #expect(bytes.parameter + bytes.gradient + bytes.optimizerState == recipe.total * P)
    #expect(bytes.leaked == 0)
  }

  /// A run in 16 bits.
  struct Run: CustomStringConvertible, Sendable {
    let precision: TrainingPrecision
    let convention: Convention
    let attention: Recipe.Attention
    var description: String { "\(precision.rawValue) \(convention.name) \(attention.rawValue)" }
  }

  static let runs = TrainingPrecision.allCases.filter { $0 != .fp32 }.flatMap { precision in
    Convention.all.filter { !($0.castsWeights && precision == .bf16Pure) }.flatMap { convention in
      Recipe.Attention.allCases.map {
        Run(precision: precision, convention: convention, attention: $0)
      }
    }
  }

  private static func training(
    _ run: Run, on engine: Engine, _ change: (inout Recipe) -> Void = { _ in }
  ) throws -> Training {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence) = (2, 24)
    (recipe.precision, recipe.convention, recipe.attention) = (
      run.precision, run.convention, run.attention
    )
    change(&recipe)
    let shape = try ModelShape(named: "gpt2-tiny")
    var random = SplitMix64(seed: 4)
    let corpus = Corpus(repeating: random.indices(200, below: 256))
    return Training(shape, recipe, corpus, on: engine)
  }

  @Test("Dry and real leave the same events and work in 16 bits", arguments: runs)
  func dryEqualsReal(_ run: Run) throws {
    let (dry, real) = (Engine(dry: Ledger()), try Engine(expecting: 1 << 20))
    for engine in [dry, real] {
      var training = try Self.training(run, on: engine) {
        ($0.dropout, $0.accumulate) = (0.1, 2)
        $0.gradientPrecision = run.attention == .eager ? .both : .fp32
      }
      for _ in 0..<2 { _ = training.step() }
    }
    #expect(dry.ledger.events == real.ledger.events)
    #expect(dry.work == real.work)
    #expect(real.ledger.total == 0)
  }

  /// Tensors that are stored, and so rounded, on the longest way from the tokens to a gradient: the
  /// embedding; in each of two blocks norm, projection, heads, probabilities, context, stream,
  /// norm, activation's input and output, stream; the final norm, the logits, the distribution; and
  /// as many gradients on the way back. Norms keep what one of them adds from growing.
  private static let roundings = 2 * (1 + 2 * 10 + 3)

  @Test("Loss and gradients are those of fp32 within rounding", arguments: runs)
  func agrees(_ run: Run) throws {
    let (engine, exact) = (try Engine(expecting: 1 << 20), try Engine(expecting: 1 << 20))
    var training = try Self.training(run, on: engine)
    var reference = try Self.training(
      Run(precision: .fp32, convention: run.convention, attention: run.attention), on: exact)
    var weights: [String: [Float]] = [:]
    training.forEachParameter { weights[$0] = $1.value.values() }
    // The same weights, rounded.
    reference.forEachParameter { $1.value.assign(weights[$0] ?? []) }
    let scale = training.lossScale
    let (loss, expected) = (
      training.accumulateGradients() ?? .nan, reference.accumulateGradients() ?? .nan
    )
    let unit = run.precision == .fp16 ? 0x1p-11 : 0x1p-8
    let bound = Double(Self.roundings) * unit
    #expect(abs(loss / expected - 1) <= bound)
    var gradients: [String: [Double]] = [:]
    reference.forEachParameter { path, parameter in
      parameter.withGradient { gradients[path] = $0.values().map(Double.init) }
    }
    var compared = 0
    training.forEachParameter { path, parameter in
      parameter.withGradient { gradient in
        let values = gradient.values().map { Float(Double($0) / scale) }
        // The gradient of a key's bias is 0 but for rounding: it shifts all scores of a row alike.
        let expected = gradients[path] ?? []
        #expect(distance(values, expected) <= bound, "\(path)")
        compared += 1
      }
    }
    #expect(compared == gradients.count && compared > 20)
  }

  /// |values - expected| / |expected| as vectors.
  private func distance(_ values: [Float], _ expected: [Double]) -> Double {
    let squares = zip(values, expected).reduce(0) {
      $0 + ($1.1 - Double($1.0)) * ($1.1 - Double($1.0))
    }
    return (squares / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }

  @Test(
    "A batch seen again and again is learned by heart in 16 bits",
    arguments: [TrainingPrecision.bf16, .fp16, .bf16Pure])
  func memorises(_ precision: TrainingPrecision) throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.precision) = (2, 8, precision)
    recipe.learningRate = 1e-2
    var random = SplitMix64(seed: 1)
    let tokens = random.indices(17, below: 256)
    var training = Training(
      try ModelShape(named: "gpt2-tiny"), recipe, Corpus(repeating: tokens),
      on: try Engine(expecting: 1 << 20))
    var losses: [Double] = []
    for _ in 0..<100 { losses.append(training.step().loss ?? .nan) }
    #expect(losses[0] > 5)
    #expect(losses[99] < 0.1)
  }

  @Test("The scale of a loss halves when gradients overflow, and doubles after 2,000 that do not")
  func lossScale() {
    var scale = LossScale(isActive: true)
    #expect(scale.value == 65_536)
    scale.update(isFinite: false)
    #expect(scale.used == 65_536)
    #expect(scale.value == 32_768)
    for _ in 0..<1999 { scale.update(isFinite: true) }
    #expect(scale.value == 32_768)
    scale.update(isFinite: true)
    #expect(scale.value == 65_536)
  }

  @Test("An update whose gradients overflow changes nothing but the scale")
  func overflow() throws {
    let run = Run(precision: .fp16, convention: .lean, attention: .eager)
    var training = try Self.training(run, on: try Engine(expecting: 1 << 20))
    training.forEachParameter { path, parameter in
      guard path == "finalNorm.weight" else { return }
      // Logits beyond 65,504.
      parameter.value.assign([Float](repeating: 60_000, count: parameter.value.count))
    }
    var before: [[Float]] = []
    training.forEachParameter { before.append($1.value.values()) }
    let scale = training.lossScale
    _ = training.step()
    var after: [[Float]] = []
    training.forEachParameter { after.append($1.value.values()) }
    #expect(training.lossScale == scale / 2)
    #expect(before == after)
  }
}
