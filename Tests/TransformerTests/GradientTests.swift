import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Gradients against the slope of the loss itself, which knows nothing of backward.
@Suite struct GradientTests {
  /// Two micro-sequences, a tied or an own head, and more positions than a sequence has.
  private static func training(
    _ convention: String, _ attention: Recipe.Attention, tied: Bool, on engine: Engine
  ) throws -> Training {
    let shape = try ModelShape(
      name: "gradient", layers: 2, hidden: 12, heads: 3, vocabulary: 17, positions: 9,
      tiedHead: tied)
    var recipe = Recipe()
    (recipe.batch, recipe.sequence) = (2, 7)
    recipe.convention = try #require(Convention.named(convention))
    recipe.attention = attention
    var random = SplitMix64(seed: 1)
    let tokens = random.indices(15, below: shape.vocabulary)
    var training = Training(shape, recipe, Corpus(repeating: tokens), on: engine)
    // Larger weights than those of an untrained model, so that no part is nearly linear.
    training.forEachParameter { _, parameter in
      let base: Float = parameter.role == .normWeight ? 1 : 0
      parameter.value.assign(
        random.floats(parameter.value.count, in: base - 0.5...base + 0.5))
    }
    return training
  }

  @Test(
    "Along a random direction in each parameter, the loss rises as the gradient says",
    arguments: Convention.all.map(\.name), Recipe.Attention.allCases)
  func slopes(_ convention: String, _ attention: Recipe.Attention) throws {
    for tied in [true, false] {
      let engine = try Engine(expecting: 1 << 20)
      var training = try Self.training(convention, attention, tied: tied, on: engine)
      _ = training.accumulateGradients()
      var (paths, weights, gradients): ([String], [[Float]], [[Float]]) = ([], [], [])
      training.forEachParameter { path, parameter in
        paths.append(path)
        weights.append(parameter.value.values())
        parameter.withGradient { gradients.append($0.values()) }
      }
      // Two blocks of 12 parameters, two embeddings, the final norm's two, and an own head.
      #expect(gradients.count == 2 * 12 + 2 + 2 + (tied ? 0 : 1))
      var random = SplitMix64(seed: 2)
      for (number, path) in paths.enumerated() {
        let direction = weights[number].map { _ in Bool.random(using: &random) ? 1 : -1 as Float }
        let slope = training.slope(of: number, from: weights[number], along: direction)
        let expected = zip(gradients[number], direction).reduce(0) {
          $0 + Double($1.0) * Double($1.1)
        }
        // An error δ of the gradient shows as δ·direction, on average as large as the norm of δ.
        // 1e-4 is five times the rounding below; the norms are from 0.15 on.
        let norm = gradients[number].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(abs(slope - expected) <= 0.001 * norm + 1e-4, "\(path), tied \(tied)")
      }
    }
  }
}

extension Training {
  /// The slope of the loss where parameter `number` moves along `direction`.
  ///
  /// In fp32 the loss, about 4, is off by some 1e-7, and so the difference over 2·2⁻⁷ by 1e-5. The
  /// step is that large because of it; half of it as well takes out what it costs, a term of the
  /// third derivative (Richardson), which leaves the fifth.
  fileprivate mutating func slope(
    of number: Int, from weights: [Float], along direction: [Float]
  ) -> Double {
    func difference(_ step: Float) -> Double {
      let above = loss(number, zip(weights, direction).map { $0 + step * $1 })
      let below = loss(number, zip(weights, direction).map { $0 - step * $1 })
      return (above - below) / Double(2 * step)
    }
    let (whole, half) = (difference(0x1p-7), difference(0x1p-8))
    _ = loss(number, weights)
    return (4 * half - whole) / 3
  }

  /// The loss where parameter `number` has those values.
  private mutating func loss(_ number: Int, _ values: [Float]) -> Double {
    var index = 0
    forEachParameter { _, parameter in
      if index == number { parameter.value.assign(values) }
      index += 1
    }
    let loss = accumulateGradients() ?? .nan
    clearGradients()
    return loss
  }
}
