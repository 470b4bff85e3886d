extension ModelShape {
  /// The model with its vocabulary padded, so that the ranks that share it have whole multiples
  /// (Megatron-LM, `--make-vocab-size-divisible-by`).
  ///
  /// - Parameters:
  ///   - multiple: of how many tokens each rank is to have; 1 leaves the vocabulary as it is.
  ///   - layout: what the ranks are part of.
  /// - Throws: `InputError` that names the option.
  public func padded(
    toMultipleOf multiple: Int, for layout: Layout
  ) throws(InputError) -> ModelShape {
    guard (1...Self.largestSize).contains(multiple) else {
      throw InputError(
        "--pad-vocabulary", found: "\(multiple)",
        expected: "a positive integer, such as 128, at most \(Self.largestSize)")
    }
    guard multiple > 1, (1...Self.largestSize).contains(layout.tensor) else { return self }
    var padded = self
    let whole = multiple * layout.tensor
    padded.vocabulary = (vocabulary + whole - 1) / whole * whole
    guard padded.vocabulary <= Self.largestSize else {
      throw InputError(
        "--pad-vocabulary",
        found: "\(multiple), which makes a vocabulary of \(padded.vocabulary) tokens",
        expected: "one of at most \(Self.largestSize)")
    }
    return padded
  }
}
