extension Recipe {
  /// Checks the recipe by itself and against the model.
  ///
  /// - Throws: `InputError` that names the option.
  public func validate(for shape: ModelShape) throws(InputError) {
    let counts = [
      ("--batch", batch), ("--sequence", sequence), ("--steps", steps),
      ("--accumulate", accumulate),
    ]
    for (option, value) in counts where value < 1 {
      throw InputError(option, found: "\(value)", expected: "a positive integer")
    }
    for (option, value) in counts where value > ModelShape.largestSize {
      throw InputError(option, found: "\(value)", expected: "at most \(ModelShape.largestSize)")
    }
    guard sequence <= shape.positions else {
      throw InputError(
        "--sequence", found: "\(sequence)",
        expected: "at most \(shape.positions), the positions of \(shape.name)")
    }
    guard dropout >= 0, dropout < 1 else {
      throw InputError("--dropout", found: "\(dropout)", expected: "a probability in [0, 1)")
    }
    guard precision == .fp32 else {
      throw InputError("--precision", found: precision.rawValue, expected: "fp32")
    }
    if text != nil, shape.vocabulary < 256 {
      throw InputError(
        "--text", found: "a model with a vocabulary of \(shape.vocabulary)",
        expected: "at least 256, one token for each byte")
    }
  }
}
