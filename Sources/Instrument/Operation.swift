import Catalogue

/// The ops: what a program is made of, and the lines of the account of its work.
public enum Operation: String, Codable, Sendable, CaseIterable, HashedByCase {
  /// A product of two matrices.
  case matrixProduct
  /// Vectors of tokens and positions.
  case embed, embedBackward, sinusoids
  /// LayerNorm whole, in its two halves, and its gradient.
  case layerNorm, layerNormStatistics, layerNormApply, layerNormBackward
  /// RMSNorm whole, in its two halves, and its gradient.
  case rmsNorm, rmsNormStatistics, rmsNormApply, rmsNormBackward
  /// Sums, and the gradient of a bias.
  case addBias, biasGradient, addBiasAndResidual, add
  /// Attention, eager and in tiles, and what prepares it.
  case splitHeads, attention, attentionBackward, flashAttention, flashAttentionBackward
  /// Rotary positions, and copies of heads.
  case rotaryAngles, rotary, rotaryBackward, copyHeads
  /// What T5 adds to scores.
  case distanceBias, distanceBiasBackward
  /// GELU, alone or with the bias before it, and its gradient.
  case biasGELU, gelu, geluBackward
  /// ReLU and SiLU, likewise.
  case biasReLU, relu, reluBackward, biasSiLU, silu, siluBackward
  /// Elementwise products.
  case multiply, scale
  /// What experts need beside their rows: products group by group, and the router.
  case groupedProduct, routerSoftmax, route, routerBackward
  /// The rows of experts.
  case gatherRows, combineRows, dotRows, scaleRows
  /// Dropout.
  case dropoutMask, applyDropout
  /// The loss.
  case crossEntropy, crossEntropyBackward, mean
  /// Clipping, and updates in one pass.
  case sumOfSquares, adamW, adam8bit, momentum, sgd
  /// Adam, op by op.
  case adamMoments, adamRoot, adamApply, addConstant
  /// Adafactor.
  case meanSquares, lerp, adafactor, adafactorUpdate
  /// Generation.
  case appendToCache, lastRows, largest
  /// Changes of format.
  case convert, quantise
  /// A constant everywhere.
  case fill
}
