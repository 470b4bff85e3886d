import Catalogue

extension TimeOptions {
  /// Checks that the numbers can be reckoned with.
  ///
  /// - Throws: `InputError` that names the option.
  public func validate() throws(InputError) {
    try Self.require(tokens, 1...1e30, "--tokens", "1 to 1e30, such as 300e9")
    try Self.require(
      networkBandwidth.map { $0 / 1e9 }, 1e-9...1e9, "--network", "GB/s, 1e-9 to 1e9, such as 25")
    guard node >= 1 else {
      throw InputError("--gpus-per-node", found: "\(node)", expected: "a positive integer")
    }
    try Self.require(utilisation, 1e-9...1, "--utilisation", "1e-9 to 1, such as 0.4")
  }

  /// Wide enough for any machine, and narrow enough that no time is infinite.
  private static func require(
    _ number: Double?, _ range: ClosedRange<Double>, _ option: String, _ expected: String
  ) throws(InputError) {
    guard let number, !range.contains(number) else { return }
    throw InputError(option, found: "\(number)", expected: expected)
  }
}
