import Catalogue
import Formulas
import Transformer

/// How many tensors of a role there are at one kind of place, and how many elements they have: what
/// the share of a replica follows from, which is rounded up tensor by tensor.
public struct TensorFormula: Sendable, Equatable {
  /// The place without the number of the block, such as `block.attention`.
  public let place: String
  /// Which tensors.
  public let role: TensorRole
  /// Bytes of an element.
  public let width: Int
  /// Elements of all of them together.
  public let elements: Polynomial
  /// How many there are, all of one size.
  public let tensors: Polynomial
}

extension Derivation {
  /// The tensors that are held for all parameters.
  ///
  /// - Parameter quantity: `parameters`, `gradients` or `optimizerState`.
  /// - Throws: `NoPolynomial` where there is no formula, `InputError` for a recipe that the family
  ///   cannot run, and `MissingComponent` where OpenBLAS is not installed.
  public func tensors(of quantity: RunAccount.Quantity) throws -> [TensorFormula] {
    var widths: [Selection.Part: Int] = [:]
    let fit = try PolynomialFit<CountedPart>(over: family) { point in
      let account = try self.items("training", self.case_(at: point)) {
        try RunAccount($0, $1, dry: $2).items
      }
      return account.reduce(into: [:]) { amounts, item in
        guard item.quantity == quantity else { return }
        let part = Selection.Part(item.scope, item.role)
        widths[part] = item.amount / item.elements
        amounts[CountedPart(part: part, isCount: false), default: 0] += item.elements
        amounts[CountedPart(part: part, isCount: true), default: 0] += 1
      }
    }
    return widths.sorted { $0.key < $1.key }.map { part, width in
      TensorFormula(
        place: part.place, role: part.role, width: width,
        elements: fit.formulas[CountedPart(part: part, isCount: false)] ?? Polynomial(),
        tensors: fit.formulas[CountedPart(part: part, isCount: true)] ?? Polynomial())
    }
  }

  /// The tensors of a part, by their elements or by their number.
  private struct CountedPart: Hashable, CustomStringConvertible {
    let part: Selection.Part
    let isCount: Bool

    var description: String { (isCount ? "the number of " : "") + "\(part)" }
  }
}
