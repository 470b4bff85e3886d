import Catalogue

/// What a model is trained to predict.
enum Objective {
  /// At each position, the token that follows; but not where that is part of a prefix of so many
  /// tokens, which see each other.
  case nextToken(prefix: Int)
  /// The tokens at some positions, which are hidden from the input: 15 in 100 of them, 8 in 10 of
  /// those replaced by `mask`, 1 in 10 by a token drawn at random, the rest left as they are (Devlin
  /// et al., arXiv 1810.04805, section 3.1).
  case maskedTokens(vocabulary: Int)
  /// At each position of the second half of a text, the token that follows; the first half is the
  /// source that an encoder reads.
  case continuation

  /// A part of a batch: what is read, and what is to be predicted, negative for nothing.
  struct Example {
    var tokens: [Int64]
    var targets: [Int64]
    /// What an encoder reads; nothing without one.
    var source: [Int64] = []
  }

  /// What a target is where nothing is to be predicted, as PyTorch has it.
  static let ignored: Int64 = -100

  init(_ shape: ModelShape, _ recipe: Recipe) {
    guard !shape.hasEncoder else {
      self = .continuation
      return
    }
    switch shape.architecture.head {
    case .languageModel, .none: self = .nextToken(prefix: recipe.prefix ?? 0)
    case .maskedLanguageModel, .pooler: self = .maskedTokens(vocabulary: shape.vocabulary)
    }
  }

  /// Tokens of the text that an example of `count` is made from, but for the last target.
  func textLength(count: Int) -> Int {
    if case .continuation = self { return 2 * count }
    return count
  }

  /// An example from a text.
  ///
  /// - Parameters:
  ///   - text: `textLength` tokens and one more.
  ///   - seed: of what is hidden.
  func example(_ text: ArraySlice<Int64>, seed: UInt64) -> Example {
    switch self {
    case .nextToken(let prefix):
      let seen = max(0, prefix - 1)
      return Example(
        tokens: Array(text.dropLast()),
        targets: [Int64](repeating: Self.ignored, count: seen) + text.dropFirst(1 + seen))
    case .continuation:
      let (source, target) = (text.prefix(text.count / 2), text.dropFirst(text.count / 2))
      return Example(
        tokens: Array(target.dropLast()), targets: Array(target.dropFirst()),
        source: Array(source))
    case .maskedTokens(let vocabulary):
      return Self.masked(Array(text.dropLast()), UInt64(vocabulary), seed: seed)
    }
  }

  /// At least one token is hidden. No `config.json` says which token is the mask: here it is the
  /// last of the vocabulary, as in RoBERTa.
  private static func masked(
    _ text: [Int64], _ vocabulary: UInt64, seed: UInt64
  ) -> Example {
    let hidden = max(1, Int((0.15 * Double(text.count)).rounded()))
    let order = text.indices.sorted {
      (mixed(seed, UInt64($0)), $0) < (mixed(seed, UInt64($1)), $1)
    }
    var example = Example(
      tokens: text, targets: [Int64](repeating: ignored, count: text.count))
    for place in order.prefix(hidden) {
      example.targets[place] = text[place]
      let draw = mixed(seed ^ 0x6D61_736B, UInt64(place))
      switch draw % 10 {
      case 0: break
      case 1: example.tokens[place] = Int64(draw / 10 % vocabulary)
      default: example.tokens[place] = Int64(vocabulary) - 1
      }
    }
    return example
  }
}
