import Catalogue
import Instrument

/// What a model reads in one pass, and what it is to predict: (b,s) ids each, or a rank's part of each
/// sequence. A part of a model gets what it needs of them.
struct Batch: ~Copyable {
  /// Negative where nothing is to be predicted.
  let targets: Tensor?
  let tokens: Tensor?
  /// The kind of each token, where kinds have embeddings: the first half of a sequence is of the
  /// first kind, the rest of the second, as two sentences would be.
  let tokenTypes: Tensor?
  /// Room for which token of a sequence sees which, (b·s,s) bytes, where the recipe asks for it and
  /// the part gets any of the batch; nobody reads it.
  let mask: Tensor?
  /// What an encoder reads, where there is one.
  let source: Tensor?

  /// Allocates a batch, and fills it from a corpus.
  ///
  /// - Parameters:
  ///   - corpus: what is read.
  ///   - step: its pass says from where.
  ///   - part: of the model; all where nil.
  init(_ corpus: Corpus, _ step: Step, for part: ModelPart? = nil) {
    let recipe = step.recipe
    func input(_ role: TensorRole) -> Tensor {
      step.engine.make(recipe.batch, step.sequence, .input, role, precision: .int64)
    }
    let part = part ?? .whole(step.shape)
    tokens = part.isFirst ? input(.tokens) : nil
    targets = part.isLast ? input(.targets) : nil
    let hasTypes = part.isFirst && step.shape.architecture.tokenTypes > 0
    tokenTypes = hasTypes ? input(.tokenTypes) : nil
    mask =
      recipe.loadsMask && (part.isFirst || part.isLast)
      ? step.engine.make(
        step.rows, recipe.sequence, .input, .attentionMask, precision: .int8)
      : nil
    source = step.shape.hasEncoder ? input(.source) : nil
    guard step.engine.isReal else { return }
    // What stands for a hidden token is one for all ranks that share the vocabulary.
    var whole = step.shape
    whole.vocabulary *= step.rank.layout.tensor
    let objective = Objective(whole, recipe)
    let positions = step.rank.stretches(of: recipe.sequence).joined()
    for row in 0..<recipe.batch {
      let example = corpus.example(
        step.pass * recipe.batch + row, count: recipe.sequence, objective)
      Self.fill(tokens, row, positions.map { example.tokens[$0] })
      Self.fill(targets, row, positions.map { example.targets[$0] })
      Self.fill(source, row, example.source)
    }
    fillTokenTypes(kinds: step.shape.architecture.tokenTypes)
  }

  private static func fill(
    _ ids: borrowing Tensor?, _ row: Int, _ tokens: some Collection<Int64>
  ) {
    switch ids {
    case .none: return
    case .some(let ids):
      for (place, token) in tokens.enumerated() {
        ids.integers[row * ids.columns + place] = token
      }
    }
  }

  private func fillTokenTypes(kinds: Int) {
    switch tokenTypes {
    case .none: return
    case .some(let types):
      for place in 0..<types.count {
        let isSecond = place % types.columns >= (types.columns + 1) / 2
        types.integers[place] = isSecond && kinds > 1 ? 1 : 0
      }
    }
  }
}
