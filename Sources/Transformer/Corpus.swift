import Catalogue
import Foundation

/// The tokens that a model is trained on.
public struct Corpus: Sendable {
  private let source: Source
  private let seed: UInt64

  private enum Source {
    case text([UInt8])
    case synthetic(vocabulary: Int)
    case batch([Int64])
    case examples([Objective.Example])
  }

  /// The bytes of a file, one token each; or, without a file, a synthetic text.
  ///
  /// - Throws: `InputError` if the file is not there, or shorter than one sequence and its target.
  public init(for recipe: Recipe, _ shape: ModelShape) throws(InputError) {
    seed = recipe.seed
    guard let path = recipe.text else {
      source = .synthetic(vocabulary: shape.vocabulary)
      return
    }
    guard let data = InputFile.bytes(of: path) else {
      throw InputError("--text", found: "no readable file at \(path)", expected: "a text file")
    }
    let length = Objective(shape, recipe).textLength(count: recipe.sequence)
    guard data.count > length else {
      throw InputError(
        path, found: "\(data.count) bytes",
        expected:
          "more than the \(shape.hasEncoder ? "source and " : "")sequence of \(length) tokens")
    }
    source = .text(Array(data))
  }

  /// The same tokens at every step: one more than a batch has, as every target is the next token.
  init(repeating batch: [Int64]) {
    source = .batch(batch)
    seed = 0
  }

  /// The same examples at every step.
  init(examples: [Objective.Example]) {
    source = .examples(examples)
    seed = 0
  }

  /// An example of `count` tokens, a function of the seed and `index` alone.
  func example(_ index: Int, count: Int, _ objective: Objective) -> Objective.Example {
    if case .examples(let examples) = source { return examples[index % examples.count] }
    let text = window(index, count: objective.textLength(count: count))
    return objective.example(text, seed: mixed(seed, UInt64(index)))
  }

  /// `count` tokens and one more, from a place that follows from the seed and `index` alone.
  func window(_ index: Int, count: Int) -> ArraySlice<Int64> {
    switch source {
    case .text(let bytes):
      let start = Int(mixed(seed, UInt64(index)) % UInt64(bytes.count - count))
      return ArraySlice(bytes[start...start + count].map { Int64($0) })
    case .synthetic(let vocabulary):
      return synthetic(index, count: count, UInt64(vocabulary))
    case .batch(let tokens):
      let start = index * count % (tokens.count - 1)
      return tokens[start...start + count]
    case .examples(let examples):
      return ArraySlice(examples[index % examples.count].tokens.prefix(count + 1))
    }
  }

  /// A text that can be learned: each token follows from the one before by a fixed rule, except
  /// that one in eight is drawn at random.
  private func synthetic(_ index: Int, count: Int, _ vocabulary: UInt64) -> ArraySlice<Int64> {
    var token = mixed(seed, UInt64(index)) % vocabulary
    return ArraySlice(
      (0...count).map { position in
        let draw = mixed(token &+ 1, UInt64(index) << 32 | UInt64(position))
        token = draw % 8 == 0 ? draw / 8 % vocabulary : (token &* 5 &+ 7) % vocabulary
        return Int64(token)
      })
  }
}
