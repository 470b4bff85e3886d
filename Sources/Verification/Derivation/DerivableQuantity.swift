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

  /// All quantities, in the order in which they are listed.
  public static let all = [
    DerivableQuantity("savedForBackward", .byte, .block, .training(.savedForBackward)),
    DerivableQuantity("parameters", .parameter, .block, .training(.parameters)),
    DerivableQuantity("gradient", .byte, .block, .training(.gradients)),
    DerivableQuantity("optimizerState", .byte, .block, .training(.optimizerState)),
    DerivableQuantity("peak", .byte, .model, .peak),
    DerivableQuantity("flops.forward", .flop, .block, .training(.forwardFLOPs)),
    DerivableQuantity("flops.backward", .flop, .block, .training(.backwardFLOPs)),
    DerivableQuantity("flops.recompute", .flop, .block, .training(.recomputeFLOPs)),
    DerivableQuantity("kvCache", .byte, .model, .generation(.kvCache)),
  ]

  /// The quantity of that name; nil if there is none.
  public static func named(_ name: String) -> DerivableQuantity? { all.first { $0.name == name } }
}
