import Catalogue
import Instrument

/// What a model reads in one pass, and what it is to predict: (b,s) ids each.
struct Batch: ~Copyable {
  /// Negative where nothing is to be predicted.
  let targets: Tensor
  let tokens: Tensor
  /// The kind of each token, where kinds have embeddings: the first half of a sequence is of the
  /// first kind, the rest of the second, as two sentences would be.
  let tokenTypes: Tensor?

  /// Allocates a batch, and fills it from a corpus.
  ///
  /// - Parameters:
  ///   - corpus: what is read.
  ///   - step: its pass says from where.
  init(_ corpus: Corpus, _ step: Step) {
    let recipe = step.recipe
    func input(_ role: TensorRole) -> Tensor {
      step.engine.make(recipe.batch, recipe.sequence, .input, role, precision: .int64)
    }
    tokens = input(.tokens)
    targets = input(.targets)
    tokenTypes = step.shape.architecture.tokenTypes > 0 ? input(.tokenTypes) : nil
    guard step.engine.isReal else { return }
    let objective = Objective(step.shape, recipe)
    for row in 0..<recipe.batch {
      let example = corpus.example(
        step.pass * recipe.batch + row, count: recipe.sequence, objective)
      let first = row * recipe.sequence
      for (place, token) in example.tokens.enumerated() { tokens.integers[first + place] = token }
      for (place, token) in example.targets.enumerated() {
        targets.integers[first + place] = token
      }
    }
    fillTokenTypes(kinds: step.shape.architecture.tokenTypes)
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
