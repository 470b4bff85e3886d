import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Loss, logits, gradients and updated weights against PyTorch in float64.
@Suite struct NumbersTests {
  /// `gpt2-tiny-numbers.json`.
  struct Reference: Decodable {
    struct Optimizer: Decodable {
      let learningRate: Float
      let weightDecay: Float
      let clipNorm: Float
    }
    let shape: ReferenceShape
    let optimizer: Optimizer
    let parameterOrder: [String]
    let tokens: [Int64]
    let losses: [Double]
    let gradientNorms: [Double]
    let logits: ReferenceArray
    let gradients: [String: ReferenceArray]
    let finalWeights: [String: ReferenceArray]
  }

  let reference: Reference

  init() throws {
    reference = try Fixture.load("gpt2-tiny-numbers.json", as: Reference.self)
  }

  static let conventions = Convention.all.map(\.name)
  static let attentions = Recipe.Attention.allCases
  /// What the issue of single precision allows over some tens of additions; PyTorch's own float32
  /// run is within 1e-6 of its float64 run.
  static let tolerance = 1e-5

  /// A run that starts from the reference's weights and data.
  private func training(
    _ convention: String, _ attention: Recipe.Attention, on engine: Engine
  ) throws -> Training {
    let shape = try reference.shape.model()
    let convention = try #require(Convention.named(convention))
    let recipe = reference.shape.recipe {
      $0.convention = convention
      $0.attention = attention
      $0.learningRate = reference.optimizer.learningRate
      $0.weightDecay = reference.optimizer.weightDecay
      $0.clip = reference.optimizer.clipNorm
    }
    var training = Training(shape, recipe, Corpus(repeating: reference.tokens), on: engine)
    var number = 0
    training.forEachParameter { path, parameter in
      #expect(path == reference.parameterOrder[number])
      parameter.value.assign(
        ReferenceWeights.values(
          parameter: number, count: parameter.value.count,
          base: parameter.role == .normWeight ? 1 : 0))
      number += 1
    }
    #expect(number == reference.parameterOrder.count)
    return training
  }

  @Test("The loss equals PyTorch's", arguments: conventions, attentions)
  func loss(_ convention: String, _ attention: Recipe.Attention) throws {
    let engine = try Engine(expecting: 1 << 20)
    var training = try training(convention, attention, on: engine)
    let loss = training.accumulateGradients() ?? .nan
    #expect(abs(loss / reference.losses[0] - 1) <= Self.tolerance)
  }

  @Test("The logits equal PyTorch's", arguments: attentions)
  func logits(_ attention: Recipe.Attention) throws {
    let engine = try Engine(expecting: 1 << 20)
    var training = try training("llm.c", attention, on: engine)
    let logits = training.logits()
    #expect(relativeError(logits, reference.logits.values) <= Self.tolerance)
  }

  @Test("Every gradient equals PyTorch's", arguments: conventions, attentions)
  func gradients(_ convention: String, _ attention: Recipe.Attention) throws {
    let engine = try Engine(expecting: 1 << 20)
    var training = try training(convention, attention, on: engine)
    _ = training.accumulateGradients()
    var compared = 0
    training.forEachParameter { path, parameter in
      parameter.withGradient { gradient in
        let expected = reference.gradients[path]?.values ?? []
        let error = relativeError(gradient.values(), expected)
        #expect(error <= Self.tolerance, "\(path)")
        compared += 1
      }
    }
    #expect(compared == 28)
  }

  @Test(
    "Three AdamW updates give PyTorch's losses, gradient norms and weights",
    arguments: conventions, attentions)
  func updates(_ convention: String, _ attention: Recipe.Attention) throws {
    let engine = try Engine(expecting: 1 << 20)
    var training = try training(convention, attention, on: engine)
    for step in 0..<3 {
      let outcome = training.step()
      let (loss, norm) = (outcome.loss ?? .nan, outcome.gradientNorm ?? .nan)
      #expect(abs(loss / reference.losses[step] - 1) <= Self.tolerance)
      #expect(abs(norm / reference.gradientNorms[step] - 1) <= Self.tolerance)
    }
    let loss = training.accumulateGradients() ?? .nan
    #expect(abs(loss / reference.losses[3] - 1) <= Self.tolerance)
    training.forEachParameter { path, parameter in
      let (actual, expected) = (
        parameter.value.values(), reference.finalWeights[path]?.values ?? []
      )
      if path.hasSuffix("qkv.bias") {
        Self.compareBias(actual, expected, path, step: reference.optimizer.learningRate)
      } else {
        #expect(relativeDistance(actual, expected) <= Self.tolerance, "\(path)")
      }
    }
  }

  /// A shift of all keys leaves the softmax as it is, so the gradient of the keys' bias is zero
  /// but for rounding, which AdamW scales up to full steps; they can go anywhere within three.
  private static func compareBias(
    _ actual: [Float], _ expected: [Double], _ path: String, step: Float
  ) {
    let third = actual.count / 3
    for part in [0..<third, 2 * third..<3 * third] {
      #expect(
        relativeDistance(Array(actual[part]), Array(expected[part])) <= tolerance, "\(path)")
    }
    for index in third..<2 * third {
      #expect(abs(Double(actual[index]) - expected[index]) <= 6 * Double(step), "\(path)")
    }
  }
}

extension Training {
  /// The logits of the next batch, for a convention that keeps them.
  mutating func logits() -> [Float] {
    let step = Step(engine: engine, shape: shape, recipe: recipe, pass: 0)
    engine.phase = .forward
    let forward = stage.parts[0].forward(Batch(corpus, step), step)
    switch forward.saved.ending {
    case .some(let ending):
      switch ending.head.logits {
      case .some(let logits): return logits.values()
      case .none: return []
      }
    case .none: return []
    }
  }
}
