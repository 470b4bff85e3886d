import Catalogue
import Testing

@testable import Transformer

/// A fault of the program, as it would show in the account of a run.
struct ProgramMutant: Sendable, CustomTestStringConvertible {
  let name: String
  let change: @Sendable (RunAccount.Item) -> [RunAccount.Item]

  var testDescription: String { name }

  /// The account of a run of the program with this fault.
  func account(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout?, _ isDry: Bool
  ) throws -> RunAccount {
    var account = try RunAccount(shape, recipe, layout: layout, dry: isDry)
    account.items = account.items.flatMap(change)
    return account
  }

  /// One of each sort: tensors that are dropped, counted twice, or left over; and products that are
  /// miscounted.
  static let all = [
    dropping(.savedForBackward, .attentionProbabilities), dropping(.savedForBackward, .mlpInput),
    dropping(.parameters, .normBias), dropping(.gradients, .mlpDownBias),
    dropping(.optimizerState, .secondMoment), doubling(.savedForBackward, .mlpActivationOutput),
    doubling(.savedForBackward, .normInput), doubling(.optimizerState, .firstMoment),
    doubling(.forwardFLOPs, .qkvWeight), halving(.forwardFLOPs, .attentionScores),
    halving(.backwardFLOPs, .mlpUpWeight), doubling(.forwardFLOPs, .tokenEmbedding),
    leaking(.mlpProjectionOutput, besides: .mlpInput),
    leaking(.attentionScores, besides: .attentionProbabilities),
  ]

  private static func dropping(_ quantity: RunAccount.Quantity, _ role: TensorRole) -> Self {
    changing("drops", quantity, role) { _ in [] }
  }

  private static func doubling(_ quantity: RunAccount.Quantity, _ role: TensorRole) -> Self {
    changing("doubles", quantity, role) { [$0, $0] }
  }

  private static func halving(_ quantity: RunAccount.Quantity, _ role: TensorRole) -> Self {
    changing("halves", quantity, role) { item in
      [
        RunAccount.Item(
          quantity: item.quantity, scope: item.scope, role: item.role, amount: item.amount / 2,
          elements: item.elements / 2)
      ]
    }
  }

  /// A buffer of the same size that backward never asks for.
  private static func leaking(_ role: TensorRole, besides other: TensorRole) -> Self {
    changing("leaks \(role.rawValue) besides", .savedForBackward, other) { item in
      [
        item,
        RunAccount.Item(
          quantity: item.quantity, scope: item.scope, role: role, amount: item.amount,
          elements: item.elements),
      ]
    }
  }

  private static func changing(
    _ verb: String, _ quantity: RunAccount.Quantity, _ role: TensorRole,
    _ change: @escaping @Sendable (RunAccount.Item) -> [RunAccount.Item]
  ) -> Self {
    ProgramMutant(name: "\(verb) \(quantity.rawValue) \(role.rawValue)") { item in
      item.quantity == quantity && item.role == role ? change(item) : [item]
    }
  }
}
