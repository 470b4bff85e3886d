import Catalogue

/// What a model is trained to predict.
enum Objective {
  /// At each position, the token that follows.
  case nextToken
  /// The tokens at some positions, which are hidden from the input: 15 in 100 of them, 8 in 10 of
  /// those replaced by `mask`, 1 in 10 by a token drawn at random, the rest left as they are (Devlin
  /// et al., arXiv 1810.04805, section 3.1).
  case maskedTokens(vocabulary: Int)

  /// A part of a batch: what is read, and what is to be predicted, negative for nothing.
  struct Example {
    var tokens: [Int64]
    var targets: [Int64]
  }

  /// What a target is where nothing is to be predicted, as PyTorch has it.
  static let ignored: Int64 = -100

  init(_ shape: ModelShape) {
    switch shape.architecture.head {
    case .languageModel, .none: self = .nextToken
    case .maskedLanguageModel, .pooler: self = .maskedTokens(vocabulary: shape.vocabulary)
    }
  }

  /// An example of `count` tokens from a text of one more.
  ///
  /// - Parameters:
  ///   - text: `count` + 1 tokens.
  ///   - seed: of what is hidden.
  func example(_ text: ArraySlice<Int64>, seed: UInt64) -> Example {
    switch self {
    case .nextToken:
      return Example(tokens: Array(text.dropLast()), targets: Array(text.dropFirst()))
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
