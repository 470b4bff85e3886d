import Catalogue
import Formulas
import Transformer

/// What a run has of the thing that a claim is about.
struct Selection: Sendable {
  /// Amounts in the measure's unit, by part of the model and role; empty for what is one amount.
  let amounts: [Part: Int]
  /// All of it.
  let total: Int

  /// All tensors of a role in one kind of place.
  struct Part: Hashable, Comparable, Sendable {
    /// The place without the number of the block, such as `block.attention`.
    let place: String
    let role: TensorRole

    static func < (left: Part, right: Part) -> Bool {
      (left.place, left.role.rawValue) < (right.place, right.role.rawValue)
    }
  }

  /// What a training run has.
  init(_ account: RunAccount, _ measure: Claim.Measure) {
    let quantities = Self.quantities(measure.quantity)
    guard !quantities.isEmpty else {
      self.init(total: account.total(measure.quantity))
      return
    }
    let prefix = Self.prefix(measure.scope)
    var amounts: [Part: Int] = [:]
    for item in account.items where quantities.contains(item.quantity) {
      guard measure.isAbout(item.role), Self.isWithin(item.scope, prefix) else { continue }
      let part = Part(item.scope, item.role)
      amounts[part, default: 0] += measure.unit == .byte ? item.amount : item.elements
    }
    self.init(amounts: amounts, total: amounts.values.reduce(0, +))
  }

  /// One amount that has no parts.
  init(total: Int) { self.init(amounts: [:], total: total) }

  private init(amounts: [Part: Int], total: Int) {
    (self.amounts, self.total) = (amounts, total)
  }

  static func isWithin(_ scope: String, _ prefix: String) -> Bool {
    prefix.isEmpty || scope == prefix || scope.hasPrefix(prefix + ".")
  }

  /// Where a scope lies in the model; one block stands for all, which are alike.
  static func prefix(_ scope: Claim.Scope) -> String {
    switch scope {
    case .model: ""
    case .blocks: "block"
    case .block: "block.0"
    case .encoder: "encoder"
    case .encoderBlock: "encoder.block.0"
    case .attention: "block.0.attention"
    case .mlp: "block.0.mlp"
    case .attentionNorm: "block.0.attentionNorm"
    case .mlpNorm: "block.0.mlpNorm"
    case .embedding: "embedding"
    case .finalNorm: "finalNorm"
    case .head: "head"
    }
  }

  /// The accounts of tensors and products that a quantity is made of; none for a peak.
  private static func quantities(_ measured: Claim.Measured) -> Set<RunAccount.Quantity> {
    switch measured {
    case .parameters: [.parameters]
    case .gradients: [.gradients]
    case .optimizerState: [.optimizerState]
    case .modelStates: [.parameters, .gradients, .optimizerState]
    case .savedForBackward: [.savedForBackward]
    case .inputs: [.inputs]
    case .communication: [.communication]
    case .flopsForward: [.forwardFLOPs]
    case .flopsBackward: [.backwardFLOPs]
    case .flopsRecompute: [.recomputeFLOPs]
    case .flopsStep: [.forwardFLOPs, .backwardFLOPs, .recomputeFLOPs]
    case .flopsOptimizer: [.optimizerFLOPs]
    case .peak, .peakForward, .peakBackward, .peakOptimizer, .peakParameters, .peakGradients,
      .peakOptimizerState, .peakActivations, .mostActivations, .temporary, .kvCache, .inferencePeak,
      .flopsElementwise:
      []
    }
  }
}

extension RunAccount {
  /// Bytes at a moment, and work that no product does.
  fileprivate func total(_ measured: Claim.Measured) -> Int {
    switch measured {
    case .peak: peak.total
    case .peakForward: peakByPhase[.forward, default: 0]
    case .peakBackward: peakByPhase[.backward, default: 0]
    case .peakOptimizer: peakByPhase[.optimizer, default: 0]
    case .peakParameters: peak.byCategory[.parameter, default: 0]
    case .peakGradients: peak.byCategory[.gradient, default: 0]
    case .peakOptimizerState: peak.byCategory[.optimizerState, default: 0]
    case .peakActivations: peak.byCategory[.activation, default: 0]
    case .mostActivations: mostActivations
    case .flopsElementwise: elementwiseFLOPs
    case .temporary: peak.byCategory[.temporary, default: 0]
    default: preconditionFailure("\(measured) is an account of tensors")
    }
  }
}
