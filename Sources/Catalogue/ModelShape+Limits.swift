import Foundation

/// What a model may be at most, so that its counts stay within 64 bits and its dry run within
/// seconds.
extension ModelShape {
  /// No published size comes within a factor of 100 of it.
  public static let largestSize = 100_000_000

  /// The deepest that is published, DeepNet, has 1,000 (Wang et al., arXiv 2203.00555).
  static let mostLayers = 2_000

  /// The most that are published, in Switch-C, are 2,048 (Fedus et al., arXiv 2101.03961).
  static let mostExperts = 10_000

  /// Five thousand times GPT-3; at 16 bytes each within 64 bits.
  static let mostParameters = 1e15

  /// Parameters to within a few in a hundred, in floating point, where nothing overflows.
  var approximateParameters: Double {
    let (width, inner) = (Double(hidden), Double(feedForward))
    let heads = Double(2 * self.heads + 2 * kvHeads) * Double(headDimension)
    let experts = Double(architecture.experts?.count ?? 1)
    let block = width * (heads + experts * ((architecture.isGated ? 3 : 2) * inner + 1) + 16)
    let embedded = Double(embeddingWidth) * Double(tiedHead ? vocabulary : 2 * vocabulary)
    let rows = Double(positions) + Double(architecture.tokenTypes)
    // Behind an encoder, a block attends twice.
    let crossed = hasEncoder ? Double(layers) * width * heads : 0
    return Double(layers + encoderLayers) * block + crossed + embedded + rows * width
  }

  func requireWithinLimits(_ fields: SizeFields, _ origin: String) throws(InputError) {
    guard approximateParameters <= Self.mostParameters else {
      throw InputError(
        origin, field: fields.hidden,
        found: "\(hidden), which with \(layers) layers makes about "
          + "\(String(format: "%.2g", approximateParameters)) parameters",
        expected: "a model of at most \(String(format: "%.0g", Self.mostParameters))")
    }
  }

  /// Checks sizes that were changed after the shape was made, under their symbols.
  ///
  /// - Throws: `InputError` that names the symbol.
  public func requireConsistent() throws(InputError) {
    let sizes = [
      ("l", layers, Self.mostLayers), ("h", hidden, Self.largestSize),
      ("a", heads, Self.largestSize), ("g", kvHeads, Self.largestSize),
      ("f", feedForward, Self.largestSize), ("V", vocabulary, Self.largestSize),
      ("T", positions, Self.largestSize),
    ]
    for (symbol, size, most) in sizes where !(1...most).contains(size) {
      throw InputError("at", field: symbol, found: "\(size)", expected: "1 to \(most)")
    }
    for (symbol, divisor, whole) in [("a", heads, hidden), ("g", kvHeads, heads)]
    where whole % divisor != 0 {
      throw InputError(
        "at", field: symbol, found: "\(divisor), which does not divide \(whole)",
        expected: "a divisor of it")
    }
    try requireWithinLimits(SizeFields(hidden: "h"), "at")
  }
}
