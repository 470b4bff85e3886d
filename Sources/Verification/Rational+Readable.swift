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
    guard let unit, unit != .ratio else { return readable }
    // Words have a plural, symbols such as GiB have none.
    let isWord = unit.symbol.count > 3 && unit.symbol.allSatisfy(\.isLetter)
    let plural = isWord && self != 1 && unit.symbol.last != "s" ? "s" : ""
    return "\(readable) \(unit.symbol)\(plural)"
  }
}
