import Catalogue
import Instrument
import Testing

@testable import Transformer

/// What Rajbhandari et al. say of ZeRO's stages (arXiv 1910.02054, sections 5 and 7), in fp32: 4
/// bytes for a parameter, 4 for its gradient and K = 8 for the moments of Adam.
@Suite struct ZeROTests {
  static let replicas = 4

  /// After backward and before the update, with the communication of both.
  private func run(
    _ zero: Layout.ZeRO, microbatches: Int = 1
  ) throws -> (elements: Int, held: [Catalogue.Category: Int], temporary: Int, communicated: Int) {
    var layout = Layout()
    (layout.data, layout.zero) = (Self.replicas, zero)
    layout.globalBatch = Self.replicas * microbatches
    var recipe = Recipe()
    recipe.sequence = 8
    // Widths that 4 replicas divide, and a head of its own: two gradients of one weight would be made
    // apart, and added up.
    let shape = try ModelShape(
      name: "zero", layers: 2, hidden: 16, heads: 4, vocabulary: 40, positions: 8, tiedHead: false)
    let engine = Engine(dry: Ledger(), rank: Rank(1, of: layout))
    var training = Training(
      shape, layout.recipe(recipe), try Corpus(for: recipe, shape), on: engine)
    _ = training.computeGradients()
    let ledger = engine.ledger
    let held = Dictionary(grouping: ledger.alive, by: \.category).mapValues { entries in
      entries.reduce(0) { $0 + $1.bytes }
    }
    _ = training.update()
    // The loss and the norm are numbers, not tensors.
    let messages = engine.work.communications.filter { $0.role != nil }
    #expect(messages.allSatisfy { $0.group == .data && $0.members == Self.replicas })
    return (
      ParameterCount(shape).total, held, Self.mostWeights(ledger),
      messages.reduce(0) { $0 + $1.passes * $1.elements }
    )
  }

  /// The most bytes of whole weights and gradients that were there only for a while, after loading.
  private static func mostWeights(_ ledger: Ledger) -> Int {
    var (alive, most) = (0, 0)
    let roles = Set(ledger.events.filter { $0.category == .parameter }.map(\.role))
    for event in ledger.events
    where event.phase != .load && event.category == .temporary && roles.contains(event.role) {
      alive += event.bytes
      most = max(most, alive)
    }
    return most
  }

  @Test("Without ZeRO a replica holds 16P bytes, and 2P elements pass by it")
  func none() throws {
    let (P, held, temporary, communicated) = try run(.none)
    #expect(held == [.parameter: 4 * P, .gradient: 4 * P, .optimizerState: 8 * P])
    #expect(temporary == 0)
    // All-reduce of the gradients, as a reduce-scatter and an all-gather.
    #expect(communicated == 2 * P)
  }

  @Test("Stage 1 divides the optimizer's states, and 2P elements pass by")
  func optimizerStates() throws {
    let (P, held, temporary, communicated) = try run(.optimizerStates)
    #expect(held == [.parameter: 4 * P, .gradient: 4 * P, .optimizerState: 8 * P / Self.replicas])
    #expect(temporary == 0)
    // Reduce-scatter of the gradients, all-gather of the updated weights.
    #expect(communicated == 2 * P)
  }

  @Test("Stage 2 divides the gradients, too, but for a block at a time")
  func gradients() throws {
    let (P, held, temporary, communicated) = try run(.gradients)
    let N = Self.replicas
    #expect(held == [.parameter: 4 * P, .gradient: 4 * P / N, .optimizerState: 8 * P / N])
    // A block, 12h² + 13h, and what lies outside of the blocks, of which the gradients of the head and
    // the final norm, Vh + 2h, are there from the beginning of backward to its end.
    #expect(temporary == 4 * ((12 * 16 * 16 + 13 * 16) + (40 + 2) * 16))
    #expect(communicated == 2 * P)
  }

  @Test("Stage 3 divides the weights, too, and 3P elements pass by")
  func parameters() throws {
    let (P, held, temporary, communicated) = try run(.parameters)
    let N = Self.replicas
    #expect(held == [.parameter: 4 * P / N, .gradient: 4 * P / N, .optimizerState: 8 * P / N])
    // A block's weights and gradients, the outer weights, and the outer gradients as above.
    #expect(temporary == 4 * (2 * (12 * 256 + 13 * 16) + (88 + 2) * 16 + (40 + 2) * 16))
    // All-gather for forward and again for backward, reduce-scatter of the gradients.
    #expect(communicated == 3 * P)
  }

  @Test("Every further micro-batch costs stage 2 one P, and stage 3 three")
  func microbatches() throws {
    for (zero, passes) in [
      (Layout.ZeRO.none, 2), (.optimizerStates, 2), (.gradients, 4), (.parameters, 9),
    ] {
      let (P, held, _, communicated) = try run(zero, microbatches: 3)
      #expect(held[.gradient] == 4 * P / (zero >= .gradients ? Self.replicas : 1))
      #expect(communicated == passes * P, "\(zero)")
    }
  }

  @Test("Shares of weights that the replicas do not divide are uneven, and none is lost")
  func uneven() throws {
    var layout = Layout()
    (layout.data, layout.zero) = (3, .parameters)
    let shape = try ModelShape(
      name: "uneven", layers: 1, hidden: 10, heads: 2, vocabulary: 7, positions: 5)
    let shares = (0..<3).map { number in
      let engine = Engine(dry: Ledger(), rank: Rank(number, of: layout))
      let stage = Stage(shape, seed: 0, engine)
      let bytes = engine.ledger.bytes(of: .parameter)
      _ = consume stage
      return bytes
    }
    #expect(shares.reduce(0, +) == 4 * ParameterCount(shape).total)
    // Of a norm's 10 elements, 4, 4 and 2.
    #expect(shares[0] == shares[1] && shares[2] < shares[1])
  }
}
