import Formulas

extension Rational {
  /// For a sentence: an integer in full, its digits in groups; anything else to six decimals.
  public var readable: String {
    guard let integer else { return "\((doubleValue * 1e6).rounded() / 1e6)" }
    var groups: [Substring] = []
    var digits = String(integer.magnitude)[...]
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = digits.dropLast(3)
    }
    return (integer < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// The same with its unit, if it has one, in the plural where it is one.
  func readable(in unit: Unit?) -> String {
    [readable, unit?.name(for: self)].compactMap { $0 }.joined(separator: " ")
  }
}

extension Unit {
  /// What stands behind an amount: words have a plural, symbols such as GiB have none, and a ratio
  /// has no name.
  public func name(for amount: Rational) -> String? {
    if self == .ratio { return nil }
    let isWord = symbol.count > 3 && symbol.allSatisfy { $0.isLetter || $0 == "-" }
    return isWord && amount != 1 && symbol.last != "s" ? symbol + "s" : symbol
  }
}
