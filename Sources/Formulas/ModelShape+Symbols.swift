import Catalogue

extension ModelShape {
  /// The sizes of the model under the names that formulas give them: l, h, a, g, d, f, V and T.
  public var symbols: [String: Rational] {
    let sizes: [StandardSymbol: Int] = [
      .layers: layers, .hidden: hidden, .heads: heads, .kvHeads: kvHeads,
      .headDimension: headDimension, .feedForward: feedForward, .vocabulary: vocabulary,
      .positions: positions,
    ]
    return Dictionary(uniqueKeysWithValues: sizes.map { ($0.key.rawValue, Rational($0.value)) })
  }
}
