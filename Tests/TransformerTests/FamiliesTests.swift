import Catalogue
import Foundation
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Every family against its model in transformers, in float64: a tiny member of it, read
/// from the `config.json` that transformers wrote.
@Suite struct FamiliesTests {
  /// `family-NAME.json`.
  struct Reference: Decodable {
    let batch: Int
    let sequence: Int
    let parameterOrder: [String]
    let parameterCount: Int
    let tokens: [Int64]
    /// Where the tokens that follow are not what is predicted.
    let targets: [Int64]?
    /// What an encoder reads.
    let source: [Int64]?
    let loss: Double
    let logits: ReferenceArray
    let gradients: [String: ReferenceArray]
    /// Tokens at the start of a sequence that see each other.
    let prefix: Int?

    /// The batch, at every step.
    var corpus: Corpus {
      guard let targets else { return Corpus(repeating: tokens) }
      return Corpus(
        examples: (0..<batch).map { row in
          let range = row * sequence..<(row + 1) * sequence
          return Objective.Example(
            tokens: Array(tokens[range]), targets: Array(targets[range]),
            source: source.map { Array($0[range]) } ?? [])
        })
    }
  }

  static let decoders = [
    "bloom", "bloom-5heads", "falcon", "falcon-new", "falcon-rw", "gemma", "gpt-neox",
    "gpt-neox-sequential", "llama", "llama-tied", "mistral", "mistral-window", "mixtral", "opt",
    "opt-post-norm", "phi", "qwen2", "qwen3", "qwen3-moe",
  ]
  static let encoderDecoders = ["marian", "marian-tied-head", "marian-untied", "t5", "t5-gated"]
  static let families = decoders + ["llama-prefix", "bert", "roberta"] + encoderDecoders
  static let attentions = Recipe.Attention.allCases
  /// What the issue of single precision allows; the largest deviation seen is about 2e-6.
  static let tolerance = 1e-5

  /// The shape, read from the fixture's configuration, and the rest of the fixture.
  static func load(_ family: String) throws -> (shape: ModelShape, reference: Reference) {
    let name = "family-\(family).json"
    let data = try Data(contentsOf: Fixture.folder.appending(path: name))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let shape = try shape(of: try #require(object["config"]))
    return (shape, try Fixture.load(name, as: Reference.self))
  }

  /// The shape that a configuration describes.
  static func shape(of configuration: Any) throws -> ModelShape {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    try JSONSerialization.data(withJSONObject: configuration).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try ModelShape(configurationAt: file.path)
  }

  static func training(
    _ shape: ModelShape, _ reference: Reference, _ change: (inout Recipe) -> Void,
    on engine: Engine
  ) throws -> Training {
    var recipe = Recipe()
    recipe.batch = reference.batch
    recipe.sequence = reference.sequence
    recipe.prefix = reference.prefix
    change(&recipe)
    var training = Training(shape, recipe, reference.corpus, on: engine)
    var number = 0
    training.forEachParameter { path, parameter in
      #expect(path == reference.parameterOrder[number])
      let base = path.hasSuffix("Norm.weight") ? 1 - shape.architecture.normShift : 0
      parameter.value.assign(
        ReferenceWeights.values(parameter: number, count: parameter.value.count, base: base))
      number += 1
    }
    #expect(number == reference.parameterOrder.count)
    return training
  }

  @Test("A member of each family has as many parameters as in transformers", arguments: families)
  func parameters(_ family: String) throws {
    let (shape, reference) = try Self.load(family)
    #expect(ParameterCount(shape).total == reference.parameterCount)
  }

  @Test("Loss and logits of each family equal transformers'", arguments: families, attentions)
  func logits(_ family: String, _ attention: Recipe.Attention) throws {
    let (shape, reference) = try Self.load(family)
    let engine = try Engine(expecting: 1 << 20)
    var training = try Self.training(
      shape, reference,
      {
        $0.attention = attention
        $0.convention = .llmC
      }, on: engine)
    #expect(relativeError(training.logits(), reference.logits.values) <= Self.tolerance)
    let loss = training.accumulateGradients() ?? .nan
    #expect(abs(loss / reference.loss - 1) <= Self.tolerance)
  }

  @Test(
    "Every gradient of each family equals transformers', under every convention",
    arguments: families, attentions)
  func gradients(_ family: String, _ attention: Recipe.Attention) throws {
    let (shape, reference) = try Self.load(family)
    for convention in Convention.all {
      let engine = try Engine(expecting: 1 << 20)
      var training = try Self.training(
        shape, reference,
        {
          $0.attention = attention
          $0.convention = convention
        }, on: engine)
      _ = training.accumulateGradients()
      // A key's bias moves all scores of a row alike, so that its gradient is 0 on paper, and
      // rounding here: gradients are compared with the largest of their kind.
      let largest = reference.gradients.values.flatMap(\.values).map(abs).max() ?? 1
      training.forEachParameter { path, parameter in
        parameter.withGradient { gradient in
          guard let expected = reference.gradients[path]?.values else { return }
          let size = max(expected.map(abs).max() ?? 0, 0.01 * largest)
          let error = relativeError(gradient.values(), expected, size: size)
          #expect(error <= Self.tolerance, "\(path) under \(convention.name)")
        }
      }
    }
  }

  @Test("A dry step of each family leaves the events of a real one", arguments: families)
  func dryEqualsReal(_ family: String) throws {
    let (shape, reference) = try Self.load(family)
    for convention in Convention.all {
      for attention in Self.attentions {
        for recompute in [Recompute.none, .selective, .full] {
          var recipe = Recipe()
          recipe.batch = reference.batch
          recipe.sequence = reference.sequence
          recipe.prefix = reference.prefix
          recipe.convention = convention
          recipe.attention = attention
          recipe.recompute = recompute
          recipe.dropout = 0.1
          let real = try Engine(expecting: 1 << 20)
          let dry = Engine(dry: Ledger())
          for engine in [real, dry] {
            let corpus = try Corpus(for: recipe, shape)
            var training = Training(shape, recipe, corpus, on: engine)
            _ = training.step()
          }
          #expect(real.ledger.events == dry.ledger.events)
          #expect(real.work == dry.work)
          #expect(real.ledger.total == 0)
        }
      }
    }
  }

  @Test(
    "Every way to recompute gives each family bit-identical gradients", arguments: families,
    attentions)
  func recompute(_ family: String, _ attention: Recipe.Attention) throws {
    let (shape, reference) = try Self.load(family)
    for convention in [Convention.pytorch, .lean] {
      func gradients(_ recompute: Recompute) throws -> [[UInt32]] {
        let engine = try Engine(expecting: 1 << 20)
        var training = try Self.training(
          shape, reference,
          {
            $0.attention = attention
            $0.convention = convention
            $0.recompute = recompute
            $0.dropout = 0.1
          }, on: engine)
        _ = training.accumulateGradients()
        var gradients: [[UInt32]] = []
        training.forEachParameter { _, parameter in
          parameter.withGradient { gradients.append($0.values().map(\.bitPattern)) }
        }
        return gradients
      }
      let expected = try gradients(.none)
      for mode in [Recompute.selective, .full, .every(2)] {
        #expect(try gradients(mode) == expected, "\(mode) under \(convention.name)")
      }
    }
  }
}
