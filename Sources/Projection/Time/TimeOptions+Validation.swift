import Catalogue

extension TimeOptions {
  /// Checks that the numbers can be reckoned with.
  ///
  /// - Throws: `InputError` that names the option.
  public func validate() throws(InputError) {
    try Self.require(tokens, "--tokens", "a positive number, such as 300e9")
    try Self.require(networkBandwidth, "--network", "a positive number of GB/s, such as 25")
    guard node >= 1 else {
      throw InputError("--gpus-per-node", found: "\(node)", expected: "a positive integer")
    }
    guard utilisation > 0, utilisation <= 1 else {
      throw InputError("--utilisation", found: "\(utilisation)", expected: "above 0, at most 1")
    }
  }

  private static func require(
    _ number: Double?, _ option: String, _ expected: String
  ) throws(InputError) {
    guard let number, !(number > 0 && number.isFinite) else { return }
    throw InputError(option, found: "\(number)", expected: expected)
  }
}
