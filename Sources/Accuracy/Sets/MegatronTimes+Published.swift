import Catalogue

/// What Megatron-LM's tables of 2021 have in common, where they do not print it.
extension MegatronTimes {
  /// GPT-2's, padded for ranks that share it.
  static let vocabulary = 51_200
  static let sequence = 2048

  /// How so many ranks share a model: those of a node its layers, nodes one stage each.
  static func division(ofModel ranks: Int) -> (tensor: Int, pipeline: Int) {
    let tensor = min(8, ranks)
    return (tensor, ranks / tensor)
  }

  /// The models that are printed by their size alone: GPT-3, and that of table 1.
  ///
  /// - Throws: `InputError` for another size.
  static func shape(billions: Double, at place: String) throws(InputError) -> ModelShape {
    switch billions {
    case 170..<180:
      try ModelShape(
        name: "175B", layers: 96, hidden: 12_288, heads: 96, vocabulary: vocabulary,
        positions: sequence)
    case 525..<535:
      try ModelShape(
        name: "530B", layers: 105, hidden: 20_480, heads: 128, vocabulary: vocabulary,
        positions: sequence)
    default:
      throw InputError(
        place, field: "params_billion", found: "\(billions)", expected: "174.6 or 529.6")
    }
  }

  /// Seconds of an update from its rate: F = 96·B·s·l·h²·(1 + s/6h + V/16lh), all layers computed
  /// again (Narayanan et al., arXiv 2104.04473, equation 3).
  static func seconds(_ shape: ModelShape, batch: Int, ranks: Int, teraflops: Double) -> Double {
    let (s, h, l) = (Double(shape.positions), Double(shape.hidden), Double(shape.layers))
    let rest = 1 + s / (6 * h) + Double(shape.vocabulary) / (16 * l * h)
    return 96 * Double(batch) * s * l * h * h * rest / (Double(ranks) * teraflops * 1e12)
  }
}
