import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Mixtures of experts: what they hold, what they cost, and that no byte depends on the routing.
@Suite struct ExpertsTests {
  static func shape(_ change: (inout ModelShape) -> Void = { _ in }) throws -> ModelShape {
    var shape = try ModelShape(named: "mixtral-mini")
    change(&shape)
    return shape
  }

  static func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps) = (2, 13, 1)
    change(&recipe)
    return recipe
  }

  @Test(
    "A token meets all weights but those of the experts that it is not sent to",
    arguments: [
      // Of 8 experts of 3·h·f weights in each layer, 6 are idle:
      // 46,702,792,704 − 32·6·3·4,096·14,336 = 12,879,925,248
      ("mixtral-8x7b", 12_879_925_248),
      // 140,620,634,112 − 56·6·3·6,144·16,384 = 39,152,031,744
      ("mixtral-8x22b", 39_152_031_744),
      // Of 128 experts 120 are idle: 30,532,122,624 − 48·120·3·2,048·768 = 3,353,032,704
      ("qwen3-30b-a3b", 3_353_032_704),
      ("llama-2-7b", 6_738_415_616),
    ])
  func active(_ name: String, _ parameters: Int) throws {
    #expect(ParameterCount(try ModelShape(named: name)).active == parameters)
  }

  @Test("Every token pays for the router and for k experts, forward once and backward twice")
  func flops() throws {
    let flops = try Measurement.run(Self.shape(), Self.recipe(), dry: false).flops.matmul
    let (rows, l, h, f, E, k, V, s, b) = (26, 2, 64, 96, 4, 2, 256, 13, 2)
    // Queries of 4 heads of 16, keys and values of 2: 2·h·(64 + 2·32), and the projection 2·h·h.
    let attention = rows * (2 * h * 128 + 2 * h * h) + 4 * b * s * s * h
    let experts = rows * (2 * h * E + k * 3 * 2 * h * f)
    let forward = l * (attention + experts) + 2 * rows * h * V
    #expect(flops.forward == forward)
    #expect(flops.backward == 2 * forward)
    #expect(flops.recompute == 0)
  }

  @Test("A real run counts the rows of each expert; a dry one gives all as many as can be")
  func loads() throws {
    // 26 rows to 2 experts each: 52 = 4·13.
    let dry = try Measurement.run(Self.shape(), Self.recipe(), dry: true).expertLoads
    #expect(dry?.map(\.path) == ["block.0.mlp.router", "block.1.mlp.router"])
    #expect(dry?.map(\.rows) == [[13, 13, 13, 13], [13, 13, 13, 13]])
    let real = try Measurement.run(Self.shape(), Self.recipe(), dry: false).expertLoads
    #expect(real?.map { $0.rows.reduce(0, +) } == [52, 52])
    #expect(real?.allSatisfy { $0.rows.count == 4 } == true)
    #expect(
      try Measurement.run(ModelShape(named: "gpt2-tiny"), Self.recipe(), dry: true).expertLoads
        == nil)
  }

  @Test("Where rows cannot be spread evenly, the first experts get one more")
  func balanced() {
    let experts = Architecture.Experts(count: 5, perToken: 3)
    // 4·3 = 12 = 5·2 + 2
    #expect(experts.balancedLoad(rows: 4) == [3, 3, 2, 2, 2])
  }

  @Test("Experts that no row chooses have gradients of 0, and change no byte and no FLOP")
  func unchosen() throws {
    let shape = try Self.shape { $0.architecture.experts?.count = 40 }
    let (real, dry) = (try Engine(expecting: 1 << 22), Engine(dry: Ledger()))
    for engine in [real, dry] {
      let recipe = Self.recipe { ($0.batch, $0.sequence) = (1, 7) }
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.accumulateGradients()
      guard engine.isReal else { continue }
      // 7 rows to 2 experts each leave at least 40 − 14 without any.
      let load = try #require(engine.expertLoads.min { $0.key < $1.key }?.value)
      #expect(load.filter { $0 == 0 }.count >= 26)
      training.forEachParameter { path, parameter in
        guard path == "block.0.mlp.experts.up.weight" else { return }
        parameter.withGradient { gradient in
          let each = gradient.count / 40
          let values = gradient.values()
          for (expert, rows) in load.enumerated() {
            let ofExpert = values[expert * each..<(expert + 1) * each]
            #expect(ofExpert.contains { $0 != 0 } == (rows > 0))
          }
        }
      }
    }
    #expect(real.ledger.events == dry.ledger.events)
    #expect(real.work == dry.work)
  }

  @Test(
    "Every way to recompute gives the gradients of none, bit for bit", arguments: modes, conventions
  )
  func recomputed(_ mode: Recompute, _ convention: String) throws {
    func gradients(_ mode: Recompute) throws -> [[UInt32]] {
      let recipe = Self.recipe {
        $0.recompute = mode
        $0.dropout = 0.1
        $0.convention = Convention.named(convention) ?? .lean
      }
      let shape = try Self.shape { $0.layers = 3 }
      let engine = try Engine(expecting: 1 << 22)
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.accumulateGradients()
      var gradients: [[UInt32]] = []
      training.forEachParameter { _, parameter in
        parameter.withGradient { gradients.append($0.values().map(\.bitPattern)) }
      }
      return gradients
    }
    #expect(try gradients(mode) == gradients(.none))
  }

  static let modes: [Recompute] = [.selective, .full, .squareRoot, .every(2)]
  static let conventions = Convention.all.map(\.name)

  @Test("A lean run keeps of the routing the probabilities, and of the experts two tensors")
  func lean() throws {
    let saved = try Measurement.run(
      Self.shape(), Self.recipe { $0.convention = .lean }, dry: true
    ).bytes.savedByRole
    let ofExperts = saved.filter {
      $0.role.isOfExperts || $0.role.rawValue.hasPrefix("router.")
    }
    // 2 layers, 26 rows: probabilities of 4 experts; two tensors of 52 rows and 96 columns.
    #expect(
      Set(ofExperts.map(\.role)) == [
        .routerProbabilities, .expertActivationInput, .expertUpOutput,
      ])
    let bytes = ofExperts.map(\.bytes).reduce(0, +)
    #expect(bytes == 2 * 4 * (26 * 4 + 2 * 52 * 96))
  }

  @Test("A mixture learns")
  func learns() throws {
    let recipe = Self.recipe { ($0.batch, $0.steps, $0.learningRate) = (8, 60, 3e-3) }
    let loss = try #require(Measurement.run(Self.shape(), recipe, dry: false).loss)
    let (first, last) = (try #require(loss.first ?? nil), try #require(loss.last ?? nil))
    #expect(last < 0.7 * first)
  }
}
