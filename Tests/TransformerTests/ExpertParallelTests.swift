import Catalogue
import Instrument
import Testing

@testable import Transformer

/// What ranks that share the experts of a mixture hold, and what they tell each other: 2 layers, h =
/// 64, 4 experts of f = 96, of which each of 2·13 rows goes to 2.
@Suite struct ExpertParallelTests {
  private func run(
    data: Int = 4, expert: Int = 2, factor: Double? = 1, zero: Layout.ZeRO = .none
  ) throws -> Engine {
    var layout = Layout()
    (layout.data, layout.expert, layout.zero) = (data, expert, zero)
    (layout.microbatch, layout.globalBatch) = (2, 2 * data)
    let shape = try ExpertsTests.shape()
    let recipe = layout.recipe(ExpertsTests.recipe { $0.capacityFactor = factor })
    try layout.validate(for: shape, recipe)
    let engine = Engine(dry: Ledger(), rank: Rank(data - 1, of: layout))
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    _ = training.step()
    return engine
  }

  /// Weights of the experts: two layers of four, of three matrices each.
  private static let ofExperts = 2 * 4 * 3 * 64 * 96

  @Test("A rank has its share of the experts, and all of the rest", arguments: [1, 2, 4])
  func parameters(_ expert: Int) throws {
    let whole = 4 * ParameterCount(try ExpertsTests.shape()).total
    let highest = try run(expert: expert).ledger.highest
    let bytes = whole - 4 * (Self.ofExperts - Self.ofExperts / expert)
    #expect(highest[.parameter] == bytes)
    #expect(highest[.gradient] == bytes)
    #expect(highest[.optimizerState] == 2 * bytes)
  }

  @Test("Under ZeRO, those that have the same experts divide their states")
  func states() throws {
    let rest = ParameterCount(try ExpertsTests.shape()).total - Self.ofExperts
    // Two of four replicas have the same half of the experts; all four have the rest.
    let states = try run(zero: .optimizerStates).ledger.highest[.optimizerState, default: 0]
    #expect(states == 2 * 4 * (rest / 4 + Self.ofExperts / 2 / 2))
  }

  @Test(
    "A block exchanges rows four times, and the weights of rows and their gradients",
    arguments: [
      // 26·2 pairs are 13 for each of 4 experts.
      (1.0, 4 * 13),
      // 1.25·13 = 16.25, so that 17 have room.
      (1.25, 4 * 17),
    ])
  func exchanges(factor: Double, places: Int) throws {
    let engine = try run(factor: factor)
    let messages = engine.work.communications.filter {
      $0.kind == .allToAll && engine.ledger.path($0.scope).hasPrefix("block.1")
    }
    #expect(messages.allSatisfy { $0.group == .expert && $0.members == 2 })
    func elements(_ stage: Work.Stage) -> [Int] {
      messages.filter { $0.stage == stage }.map(\.elements)
    }
    #expect(elements(.forward) == [64 * places, 64 * places])
    #expect(elements(.backward) == [64 * places, places, places, 64 * places])
  }

  @Test("Gradients of experts are added up over those that have the same")
  func gradients() throws {
    let engine = try run()
    let sums = engine.work.communications.filter { $0.kind == .allReduce && $0.role != nil }
    let groups = Dictionary(grouping: sums) { engine.ledger.path($0.scope).contains("experts") }
    #expect(groups[true]?.count == 2 * 3)
    #expect(groups[true]?.allSatisfy { $0.group == .expertData && $0.members == 2 } == true)
    #expect(groups[false]?.allSatisfy { $0.group == .data && $0.members == 4 } == true)
  }

  @Test("Experts with room for few take no more, and the rest pass them by")
  func limited() throws {
    // ceil(0.5·13) = 7
    let recipe = ExpertsTests.recipe { $0.capacityFactor = 0.5 }
    let shape = try ExpertsTests.shape()
    let dry = try Measurement.run(shape, recipe, dry: true).expertLoads
    #expect(dry?.map(\.rows) == [[7, 7, 7, 7], [7, 7, 7, 7]])
    let real = try Measurement.run(shape, recipe, dry: false).expertLoads
    #expect(real?.allSatisfy { $0.rows.allSatisfy { $0 <= 7 } } == true)
  }

  @Test("Where all have room, a limit changes nothing", arguments: [false, true])
  func unlimited(_ recomputed: Bool) throws {
    func losses(_ factor: Double?) throws -> [Double] {
      let recipe = ExpertsTests.recipe {
        ($0.capacityFactor, $0.steps) = (factor, 3)
        $0.recompute = recomputed ? .full : .none
      }
      return try #require(Measurement.run(ExpertsTests.shape(), recipe, dry: false).loss)
        .compactMap(\.self)
    }
    // All 26 rows fit every expert with twice the even share of 13.
    for (limited, free) in zip(try losses(2), try losses(nil)) {
      // Sums of products with zeros among them, in another order.
      #expect(abs(limited / free - 1) <= 1e-6)
    }
  }

  @Test("A limited run has its dry run's events, under every convention", arguments: Convention.all)
  func dry(_ convention: Convention) throws {
    let (real, dry) = (try Engine(expecting: 1 << 22), Engine(dry: Ledger()))
    for engine in [real, dry] {
      let recipe = ExpertsTests.recipe { ($0.capacityFactor, $0.convention) = (0.7, convention) }
      let shape = try ExpertsTests.shape()
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.step()
    }
    #expect(real.ledger.events == dry.ledger.events)
    #expect(real.work == dry.work)
  }
}
