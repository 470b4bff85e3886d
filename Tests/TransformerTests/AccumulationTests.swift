import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Gradients added up over micro-batches are those of one batch of as many sequences.
@Suite struct AccumulationTests {
  /// What rounding of sums in another order leaves, as in `NumbersTests`.
  static let tolerance = 1e-5

  private static func training(
    batch: Int, accumulate: Int, tied: Bool, on engine: Engine
  ) throws -> Training {
    let shape = try ModelShape(
      name: "accumulation", layers: 2, hidden: 24, heads: 3, vocabulary: 61, positions: 20,
      tiedHead: tied)
    var recipe = Recipe()
    (recipe.batch, recipe.accumulate, recipe.sequence) = (batch, accumulate, 11)
    recipe.clip = 0.5
    return Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
  }

  private static let splits = [(3, 2), (2, 3), (1, 6)]

  @Test("Micro-batches of the same sequences give the same gradients", arguments: splits)
  func gradients(batch: Int, accumulate: Int) throws {
    for tied in [true, false] {
      let (one, several) = (try Engine(expecting: 1 << 20), try Engine(expecting: 1 << 20))
      var whole = try Self.training(batch: 6, accumulate: 1, tied: tied, on: one)
      var parts = try Self.training(batch: batch, accumulate: accumulate, tied: tied, on: several)
      let loss = whole.accumulateGradients() ?? .nan
      var mean = 0.0
      for _ in 0..<accumulate {
        mean += (parts.accumulateGradients() ?? .nan) / Double(accumulate)
      }
      #expect(abs(mean / loss - 1) <= Self.tolerance)
      let expected = whole.gradients()
      let actual = parts.gradients()
      #expect(actual.count == expected.count)
      for ((path, actual), (_, expected)) in zip(actual, expected) {
        // The keys' bias has no gradient but rounding; beside queries' and values' it is nothing.
        #expect(relativeError(actual, expected.map(Double.init)) <= Self.tolerance, "\(path)")
      }
    }
  }

  @Test("Whole updates give the same losses and norms", arguments: splits)
  func updates(batch: Int, accumulate: Int) throws {
    let (one, several) = (try Engine(expecting: 1 << 20), try Engine(expecting: 1 << 20))
    var whole = try Self.training(batch: 6, accumulate: 1, tied: true, on: one)
    var parts = try Self.training(batch: batch, accumulate: accumulate, tied: true, on: several)
    for step in 0..<4 {
      let (expected, actual) = (whole.step(), parts.step())
      let losses = (actual.loss ?? .nan) / (expected.loss ?? .nan)
      let norms = (actual.gradientNorm ?? .nan) / (expected.gradientNorm ?? .nan)
      #expect(abs(losses - 1) <= Self.tolerance, "\(step)")
      // AdamW makes whole steps of small gradients, and so of their rounding.
      #expect(abs(norms - 1) <= 10 * Self.tolerance, "\(step)")
    }
  }

  @Test("Gradients live from the first micro-batch to the update, and activations only in one")
  func memory() throws {
    func peak(accumulate: Int) throws -> Ledger {
      let engine = Engine(dry: Ledger())
      var training = try Self.training(batch: 3, accumulate: accumulate, tied: true, on: engine)
      _ = training.step()
      return engine.ledger
    }
    let (one, three) = (try peak(accumulate: 1), try peak(accumulate: 3))
    for category in Category.allCases where category != .temporary {
      #expect(three.highest[category] == one.highest[category])
    }
    // What is added to a gradient is made apart: the largest is the token embedding's, beside the sum
    // of those that head and lookup make of it.
    #expect(three.highest[.temporary]! > one.highest[.temporary]!)
    // Activations are piled up again, now with all gradients beside them.
    let gradients = one.highest[.gradient, default: 0]
    #expect(three.peakByPhase[.forward] == one.peakByPhase[.forward].map { $0 + gradients })
  }
}

extension Training {
  /// Every gradient, by path.
  fileprivate mutating func gradients() -> [(path: String, values: [Float])] {
    var gradients: [(String, [Float])] = []
    forEachParameter { path, parameter in
      parameter.withGradient { gradients.append((path, $0.values())) }
    }
    return gradients
  }
}
