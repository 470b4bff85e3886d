import Foundation

/// A formula of one's own, as a claim.
struct OwnClaim {
  let expression: String
  let quantity: Claim.Measured
  let scope: Claim.Scope
  let conventions: [Convention]
  let recipe: [String: String]

  /// The document that states nothing else. It is JSON, which YAML reads: no formula can break out
  /// of its string.
  var document: String {
    get throws {
      let unit = quantity.unit.symbol
      let claim: [String: Any] = [
        "id": "formula", "statement": "\(quantity.rawValue) of \(scope.rawValue).",
        "quantity": quantity.subject.rawValue, "kind": "formula", "unit": unit,
        "expression": expression, "conventions": conventions.map(\.name), "recipe": recipe,
        "measure": ["quantity": quantity.rawValue, "scope": scope.rawValue, "in": unit],
      ]
      let document: [String: Any] = [
        "document": "formula", "title": "A formula", "claims": [claim],
      ]
      return String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
    }
  }
}

extension Claim.Measured {
  /// What it is counted in.
  fileprivate var unit: Formulas.Unit {
    switch subject {
    case .parameters: .parameter
    case .flops: .flop
    default: .byte
    }
  }

  /// What a claim of it is about.
  fileprivate var subject: Claim.Subject {
    switch self {
    case .parameters: .parameters
    case .gradients, .peakGradients: .gradients
    case .optimizerState, .peakOptimizerState: .optimizer
    case .modelStates, .peakParameters: .modelStates
    case .savedForBackward, .peak, .peakActivations, .mostActivations, .temporary, .inputs,
      .inferencePeak, .peakForward, .peakBackward, .peakOptimizer:
      .activations
    case .kvCache: .kvCache
    case .communication: .sharding
    case .flopsForward, .flopsBackward, .flopsRecompute, .flopsElementwise, .flopsOptimizer,
      .flopsStep:
      .flops
    }
  }
}
