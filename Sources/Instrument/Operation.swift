/// The ops: what a program is made of, and the lines of the account of its work.
public enum Operation: String, Codable, Sendable, CaseIterable {
  case matrixProduct
  case embed, embedBackward
  case layerNorm, layerNormStatistics, layerNormApply, layerNormBackward
  case addBias, biasGradient, addBiasAndResidual, add
  case splitHeads, attention, attentionBackward, flashAttention, flashAttentionBackward
  case biasGELU, gelu, geluBackward
  case dropoutMask, applyDropout
  case crossEntropy, crossEntropyBackward, mean
  case sumOfSquares, adamW
  case fill
}
