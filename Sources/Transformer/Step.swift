import Catalogue
import Instrument

/// What every layer needs to know of the step it takes part in.
struct Step {
  let engine: Engine
  var shape: ModelShape
  let recipe: Recipe
  /// Number of the forward pass, from 0: another dropout mask each time.
  let pass: Int
  /// Number of the micro-batch within the update.
  var microbatch = 0
  /// The angles by which queries and keys are turned; nil where they are not.
  var angles: RotaryAngles?
  /// What heads add to their scores for the distance; nil for nothing.
  var bias: DistanceBias?
  /// Whether it is the encoder that runs, in front of a decoder.
  private var isEncoder = false

  init(engine: Engine, shape: ModelShape, recipe: Recipe, pass: Int, microbatch: Int = 0) {
    self.engine = engine
    self.shape = shape
    self.recipe = recipe
    self.pass = pass
    self.microbatch = microbatch
  }

  /// The same for the encoder.
  var ofEncoder: Step {
    var step = self
    step.shape = shape.encoder
    step.isEncoder = true
    return step
  }

  /// Tokens of each sequence that this rank has: s, or a C-th of them.
  var sequence: Int { recipe.sequence / rank.layout.context }

  /// b·s, or this rank's part of them.
  var rows: Int { recipe.batch * sequence }

  var convention: Convention { recipe.convention }

  /// Which tokens attend to which.
  var mask: AttentionMask { recipe.prefix.map(AttentionMask.prefix) ?? shape.architecture.mask }

  var attentionShape: AttentionShape {
    AttentionShape(
      batch: recipe.batch, heads: shape.heads, kvHeads: shape.kvHeads, sequence: sequence,
      keys: recipe.sequence, headDimension: shape.headDimension,
      positions: rank.stretches(of: recipe.sequence), mask: mask,
      slopes: ALiBi.slopes(of: shape, rank), bias: bias, scale: scoreScale)
  }

  /// Attention of the target's tokens to those of the source, of which there are as many.
  var crossAttentionShape: AttentionShape {
    AttentionShape(
      batch: recipe.batch, heads: shape.heads, kvHeads: shape.kvHeads, sequence: recipe.sequence,
      headDimension: shape.headDimension, mask: .bidirectional, scale: scoreScale)
  }

  /// The factor of the scores; nil for 1/√d.
  private var scoreScale: Float? { shape.architecture.dividesScores ? nil : 1 }

  /// The places of a model that drop elements.
  enum DropoutSite: UInt64 {
    case embedding, attention, attentionResidual, mlpResidual, crossAttention, crossResidual
    case mlp, final
  }

  /// Those inside of the layers that ranks share.
  private static let dividedSites: Set<DropoutSite> = [.attention, .crossAttention, .mlp]

  /// The dropout of a place; the same again for the same place of the same pass.
  func dropout(_ site: DropoutSite, layer: Int) -> Dropout {
    let part: UInt64 = isEncoder ? 1 : 0
    let place = UInt64(pass) << 32 | part << 31 | UInt64(layer) << 8 | site.rawValue
    let seed = mixed(recipe.seed, place)
    // Ranks drop other elements where they have other heads or rows, and the same ones elsewhere.
    let isDivided = Self.dividedSites.contains(site) || rank.sequenceParts > 1
    let share = UInt64(rank.context) << 32 | UInt64(isDivided ? rank.tensor : 0)
    return Dropout(probability: recipe.dropout, seed: share == 0 ? seed : mixed(seed, share))
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
