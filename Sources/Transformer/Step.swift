import Catalogue
import Instrument

/// What every layer needs to know of the step it takes part in.
struct Step {
  let engine: Engine
  let shape: ModelShape
  let recipe: Recipe
  /// Number of the forward pass, from 0: another dropout mask each time.
  let pass: Int
  /// Number of the micro-batch within the update.
  var microbatch = 0
  /// The angles by which queries and keys are turned; nil where they are not.
  var angles: RotaryAngles?

  /// b·s.
  var rows: Int { recipe.batch * recipe.sequence }

  var convention: Convention { recipe.convention }

  /// Which tokens attend to which.
  var mask: AttentionMask { recipe.prefix.map(AttentionMask.prefix) ?? shape.architecture.mask }

  var attentionShape: AttentionShape {
    AttentionShape(
      batch: recipe.batch, heads: shape.heads, kvHeads: shape.kvHeads, sequence: recipe.sequence,
      headDimension: shape.headDimension, mask: mask,
      slopes: ALiBi.slopes(of: shape, rank))
  }

  /// The places of a model that drop elements.
  enum DropoutSite: UInt64 {
    case embedding, attention, attentionResidual, mlpResidual
  }

  /// The dropout of a place; the same again for the same place of the same pass.
  func dropout(_ site: DropoutSite, layer: Int) -> Dropout {
    let place = UInt64(pass) << 32 | UInt64(layer) << 8 | site.rawValue
    let seed = mixed(recipe.seed, place)
    // Ranks drop other elements where they have other heads or rows, and the same ones elsewhere.
    let isDivided = site == .attention || rank.sequenceParts > 1
    let isFirst = !isDivided || rank.tensor == 0
    return Dropout(
      probability: recipe.dropout, seed: isFirst ? seed : mixed(seed, UInt64(rank.tensor)))
  }
}

/// A seed for each use of a seed (the finaliser of splitmix64: Steele et al., OOPSLA 2014).
func mixed(_ seed: UInt64, _ use: UInt64) -> UInt64 {
  var z = seed &+ (use &+ 1) &* 0x9E37_79B9_7F4A_7C15
  z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
  return z ^ z >> 31
}

extension Tensor {
  /// The tensor, where the convention keeps it; otherwise it ends here.
  consuming func kept(if keeps: Bool) -> Tensor? {
    if keeps { return self }
    return nil
  }
}
