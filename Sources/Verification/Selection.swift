import Catalogue
import Formulas
import Transformer

/// What a run has of the thing that a claim is about.
struct Selection: Sendable {
  /// Amounts in the measure's unit, by part of the model and role, in the order of the run.
  let amounts: [Part: Int]

  /// All tensors of a role in one kind of place.
  struct Part: Hashable, Comparable, Sendable {
    /// The place without the number of the block, such as `block.attention`.
    let place: String
    let role: TensorRole

    static func < (left: Part, right: Part) -> Bool {
      (left.place, left.role.rawValue) < (right.place, right.role.rawValue)
    }
  }

  var total: Int { amounts.values.reduce(0, +) }

  /// - Throws: `InputError` where a claim asks for what runs do not measure yet.
  init(_ account: RunAccount, _ claim: Claim, _ measure: Claim.Measure) throws(InputError) {
    let quantities = try Self.quantities(measure.quantity)
    let prefix = Self.prefix(measure.scope)
    var amounts: [Part: Int] = [:]
    for item in account.items where quantities.contains(item.quantity) {
      guard claim.isAbout(item.role), Self.isWithin(item.scope, prefix) else { continue }
      let place = item.scope.split(separator: ".").filter { Int($0) == nil }
      let part = Part(place: place.joined(separator: "."), role: item.role)
      amounts[part, default: 0] += measure.unit == .byte ? item.amount : item.elements
    }
    self.amounts = amounts
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
    case .attention: "block.0.attention"
    case .mlp: "block.0.mlp"
    case .attentionNorm: "block.0.attentionNorm"
    case .mlpNorm: "block.0.mlpNorm"
    case .embedding: "embedding"
    case .finalNorm: "finalNorm"
    case .head: "head"
    }
  }

  private static func quantities(
    _ measured: Claim.Measured
  ) throws(InputError) -> Set<RunAccount.Quantity> {
    switch measured {
    case .parameters: [.parameters]
    case .gradients: [.gradients]
    case .optimizerState: [.optimizerState]
    case .modelStates: [.parameters, .gradients, .optimizerState]
    case .savedForBackward: [.savedForBackward]
    case .inputs: [.inputs]
    case .flopsForward: [.forwardFLOPs]
    case .flopsBackward: [.backwardFLOPs]
    case .flopsRecompute: [.recomputeFLOPs]
    case .flopsStep: [.forwardFLOPs, .backwardFLOPs, .recomputeFLOPs]
    case .flopsOptimizer: [.optimizerFLOPs]
    case .peak, .temporary, .kvCache:
      throw InputError(
        "measure", field: "quantity", found: measured.rawValue,
        expected: "a quantity that is an account of tensors or matrix products")
    }
  }
}
