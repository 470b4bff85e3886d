import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// The dry run is trusted because it leaves the same ledger as the real one, event by event.
@Suite struct DryEqualsRealTests {
  /// What varies: enough to reach every choice of every convention.
  struct Configuration: CustomStringConvertible, Sendable {
    let convention: String
    let attention: Recipe.Attention
    let dropout: Float
    let accumulate: Int
    let heads: Int
    let sequence: Int
    let tied: Bool
    var description: String {
      "\(convention) \(attention) dropout \(dropout) accumulate \(accumulate) heads \(heads) "
        + "sequence \(sequence) tied \(tied)"
    }
  }

  static let configurations: [Configuration] = Convention.all.flatMap { convention in
    Recipe.Attention.allCases.flatMap { attention in
      [
        Configuration(
          convention: convention.name, attention: attention, dropout: 0, accumulate: 1, heads: 3,
          sequence: 17, tied: true),
        Configuration(
          convention: convention.name, attention: attention, dropout: 0.1, accumulate: 2, heads: 1,
          sequence: 150, tied: true),
        Configuration(
          convention: convention.name, attention: attention, dropout: 0.3, accumulate: 1,
          heads: 12, sequence: 129, tied: false),
      ]
    }
  }

  @Test(
    "A dry run and a real run leave the same events and the same work",
    arguments: configurations)
  func equalStreams(_ configuration: Configuration) throws {
    let shape = try ModelShape(
      name: "equal", layers: 2, hidden: 24, heads: configuration.heads, vocabulary: 61,
      positions: 160, tiedHead: configuration.tied)
    var recipe = Recipe()
    recipe.batch = 2
    recipe.sequence = configuration.sequence
    recipe.convention = try #require(Convention.named(configuration.convention))
    recipe.attention = configuration.attention
    recipe.dropout = configuration.dropout
    recipe.accumulate = configuration.accumulate
    let dry = Engine(dry: Ledger())
    let real = try Engine(expecting: 1 << 20)
    for engine in [dry, real] {
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      for _ in 0..<2 { _ = training.step() }
    }
    #expect(dry.ledger.events.count == real.ledger.events.count)
    for (expected, event) in zip(dry.ledger.events, real.ledger.events) where expected != event {
      Issue.record("dry \(expected) at \(dry.ledger.path(of: expected)), real \(event)")
      break
    }
    #expect(dry.ledger.events.map(dry.ledger.path) == real.ledger.events.map(real.ledger.path))
    #expect(dry.work == real.work)
    #expect(real.ledger.total == 0)
    #expect(dry.ledger.total == 0)
  }
}
