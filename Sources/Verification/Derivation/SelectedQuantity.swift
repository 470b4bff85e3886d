import Catalogue
import Formulas
import Transformer

/// A quantity of a part of a model, or of some of its tensors.
struct SelectedQuantity {
  let quantity: DerivableQuantity
  let scope: Claim.Scope
  /// The tensors that count; all of them if nil.
  let roles: [RolePattern]?

  init(_ quantity: DerivableQuantity, _ scope: Claim.Scope, _ roles: [RolePattern]?) {
    self.quantity = quantity
    self.scope = scope
    self.roles = roles
  }

  /// What the items of an account amount to, part by part.
  func amounts(
    _ items: [RunAccount.Item], _ counted: RunAccount.Quantity
  ) -> [Selection.Part: Int] {
    let prefix = Selection.prefix(scope)
    return items.reduce(into: [:]) { amounts, item in
      guard item.quantity == counted, includes(item.role),
        Selection.isWithin(item.scope, prefix)
      else { return }
      let amount = quantity.unit == .byte ? item.amount : item.elements
      amounts[Selection.Part(item.scope, item.role), default: 0] += amount
    }
  }

  /// Whether the tensors of a role count.
  func includes(_ role: TensorRole) -> Bool {
    roles?.contains { $0.matches(role) } ?? true
  }
}

extension Selection.Part: CustomStringConvertible {
  /// - Parameters:
  ///   - scope: the place, with the number of the block.
  ///   - role: the tensors there.
  init(_ scope: String, _ role: TensorRole) {
    self.init(place: scope.withoutNumbers, role: role)
  }

  /// Place and role.
  var description: String { place.isEmpty ? role.rawValue : "\(role.rawValue) of \(place)" }
}

extension String {
  /// The path without the numbers in it: `block.attention` of `block.3.attention`. By bytes, as every
  /// tensor of every run is asked for its place.
  fileprivate var withoutNumbers: String {
    let names = utf8.split(separator: UInt8(ascii: ".")).filter { part in
      !part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    return names.map { String(Substring($0)) }.joined(separator: ".")
  }
}
