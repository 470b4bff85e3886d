import Catalogue
import Formulas

extension Derivation {
  /// The sizes that a formula of this family may have, in the order in which products are written;
  /// all others follow from them.
  public var sizes: [StandardSymbol] {
    let dependent = Set(family.relations.map(\.dependent))
    let all: [StandardSymbol] = [
      .batch, .sequence, .hidden, .layers, .heads, .vocabulary, .positions, .feedForward, .kvHeads,
      .headDimension,
    ]
    return all.filter { !dependent.contains($0) }
  }

  /// What holds between the sizes of the family, such as `f = 4*h`.
  public var relations: [String] { family.relations.map(\.rawValue).sorted() }

  /// The model of the family that has these sizes, and its own where none is given.
  ///
  /// - Parameter sizes: which the family must allow: h a multiple of a where d = h/a, and so on.
  public func shape(_ sizes: [StandardSymbol: Int]) -> ModelShape {
    let own = family.model
    func size(_ symbol: StandardSymbol, _ usual: Int) -> Int { sizes[symbol] ?? usual }
    let relations = family.relations
    let (hidden, heads) = (size(.hidden, own.hidden), size(.heads, own.heads))
    let kvHeads =
      relations.contains(.oneKVHead)
      ? 1 : relations.contains(.asManyKVHeads) ? heads : size(.kvHeads, own.kvHeads)
    let dimension =
      relations.contains(.headsSplitHidden)
      ? hidden / heads : size(.headDimension, own.headDimension)
    var shape = family.member(at: [
      .layers: size(.layers, own.layers), .sequence: size(.sequence, 1), .kvHeads: kvHeads,
      .headsPerKVHead: heads / kvHeads, .headUnits: dimension / family.headUnit, .hidden: hidden,
      .vocabulary: size(.vocabulary, own.vocabulary), .positions: size(.positions, own.positions),
      .feedForward: relations.contains(.quadrupleFeedForward)
        ? 4 * hidden : size(.feedForward, own.feedForward),
    ]).shape
    shape.name = own.name
    return shape
  }
}
