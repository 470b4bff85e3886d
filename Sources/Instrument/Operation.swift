import Catalogue

/// The ops: what a program is made of, and the lines of the account of its work.
public enum Operation: String, Codable, Sendable, CaseIterable, HashedByCase {
  case matrixProduct
  case embed, embedBackward, sinusoids
  case layerNorm, layerNormStatistics, layerNormApply, layerNormBackward
  case rmsNorm, rmsNormStatistics, rmsNormApply, rmsNormBackward
  case addBias, biasGradient, addBiasAndResidual, add
  case splitHeads, attention, attentionBackward, flashAttention, flashAttentionBackward
  case rotaryAngles, rotary, rotaryBackward, copyHeads
  case distanceBias, distanceBiasBackward
  case biasGELU, gelu, geluBackward
  case biasReLU, relu, reluBackward, biasSiLU, silu, siluBackward
  case multiply, scale
  case groupedProduct, routerSoftmax, route, routerBackward
  case gatherRows, combineRows, dotRows, scaleRows
  case dropoutMask, applyDropout
  case crossEntropy, crossEntropyBackward, mean
  case sumOfSquares, adamW, adam8bit, momentum, sgd
  case adamMoments, adamRoot, adamApply, addConstant
  case meanSquares, lerp, adafactor, adafactorUpdate
  case appendToCache, lastRows, largest
  case convert, quantise
  case fill
}
