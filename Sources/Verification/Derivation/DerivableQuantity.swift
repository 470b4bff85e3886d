import Catalogue
import Formulas
import Transformer

/// What a formula can be derived of: an amount that a run has, tensor by tensor or product by
/// product.
public struct DerivableQuantity: Sendable {
  /// The name on the command line.
  public let name: String
  /// What it is counted in.
  let unit: Unit
  /// The part of a model that its formula is about, unless another is asked for.
  let scope: Claim.Scope
  let source: Source

  /// Where the amounts come from.
  enum Source: Sendable {
    /// Items of an account of one update.
    case training(RunAccount.Quantity)
    /// Items of an account of reading a sequence into a cache.
    case generation(RunAccount.Quantity)
    /// The largest of the sums of all that is alive at a moment of one update.
    case peak
  }

  private init(_ name: String, _ unit: Unit, _ scope: Claim.Scope, _ source: Source) {
    self.name = name
    self.unit = unit
    self.scope = scope
    self.source = source
  }

  /// Activations that are alive when the loss is known, in bytes.
  public static let savedForBackward = DerivableQuantity(
    "savedForBackward", .byte, .block, .training(.savedForBackward))
  /// The weights.
  public static let parameters = DerivableQuantity(
    "parameters", .parameter, .block, .training(.parameters))
  /// The gradients of the weights, in bytes.
  public static let gradient = DerivableQuantity(
    "gradient", .byte, .block, .training(.gradients))
  /// What the optimizer keeps between updates, in bytes.
  public static let optimizerState = DerivableQuantity(
    "optimizerState", .byte, .block, .training(.optimizerState))
  /// The most that is alive at once, in bytes.
  public static let peak = DerivableQuantity("peak", .byte, .model, .peak)
  /// The matrix products of the forward pass.
  public static let forwardFLOPs = DerivableQuantity(
    "flops.forward", .flop, .block, .training(.forwardFLOPs))
  /// The matrix products of the backward pass.
  public static let backwardFLOPs = DerivableQuantity(
    "flops.backward", .flop, .block, .training(.backwardFLOPs))
  /// The matrix products that are done again in backward.
  public static let recomputeFLOPs = DerivableQuantity(
    "flops.recompute", .flop, .block, .training(.recomputeFLOPs))
  /// Keys and values kept between decoding steps, in bytes.
  public static let kvCache = DerivableQuantity(
    "kvCache", .byte, .model, .generation(.kvCache))

  /// All quantities, in the order in which they are listed.
  public static let all = [
    savedForBackward, parameters, gradient, optimizerState, peak, forwardFLOPs, backwardFLOPs,
    recomputeFLOPs, kvCache,
  ]

  /// The quantity of that name; nil if there is none.
  public static func named(_ name: String) -> DerivableQuantity? { all.first { $0.name == name } }
}
