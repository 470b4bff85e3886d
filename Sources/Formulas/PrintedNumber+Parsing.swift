extension PrintedNumber {
  /// Reads a number as sources print it.
  ///
  /// In this order: a hedge (`~`, `≈`, "about" …), digits that commas may group in threes, a decimal
  /// point, `e9` or `×10^9`, the upper end of a range after `-` or "to", a letter for thousands
  /// (`k`, `M`, `B`, `T`) and a unit. A bare `B` is a billion; bytes are spelled out or have a
  /// prefix.
  ///
  /// - Throws: `PrintedNumberError`.
  public init(parsing text: String) throws(PrintedNumberError) {
    guard text.count <= Self.greatestLength else { throw .tooLong(text) }
    var rest = text.trimmed[...]
    isHedged = Self.takeHedge(&rest)
    guard let first = try Digits(&rest, of: text) else { throw .noNumber(text) }
    let second = try Self.takeUpperEnd(&rest, of: text)
    let last = second ?? first
    let magnitude = Self.takeMagnitude(&rest)
    do {
      let name = String(rest).trimmed
      unit = name.isEmpty ? nil : try Unit(parsing: name)
    } catch {
      throw .unit(error, in: text)
    }
    // In `1.5-2.5e9` and `10-20B` the power of ten is meant for both ends.
    value = first.value * (first.hasExponent ? first.power : last.power) * magnitude
    upperEnd = second.map { $0.value * $0.power * magnitude }
    lastPlace = last.lastPlace * last.power * magnitude
    significantDigits = last.significantDigits
    self.text = text
    if let upperEnd, upperEnd <= value { throw .emptyRange(text) }
  }

  /// A range of two numbers of the greatest length, with a hedge and a unit.
  private static let greatestLength = 4 * Numeral.greatestDigits + Unit.greatestLength + 20

  private static func takeHedge(_ rest: inout Substring) -> Bool {
    let hedges = [
      "~", "≈", "about ", "approximately ", "approx. ", "roughly ", "around ", "nearly ", "almost ",
      "circa ", "ca. ",
    ]
    guard let hedge = hedges.first(where: { rest.lowercased().hasPrefix($0) }) else { return false }
    rest = rest.dropFirst(hedge.count).drop(while: \.isWhitespace)
    return true
  }

  private static func takeUpperEnd(
    _ rest: inout Substring, of text: String
  ) throws(PrintedNumberError) -> Digits? {
    guard let sign = rest.prefixMatch(of: #/\s*(?:-|–|\.\.|to\s)\s*(?=[0-9])/#) else { return nil }
    rest = rest[sign.range.upperBound...]
    guard let digits = try Digits(&rest, of: text) else { throw .noNumber(text) }
    return digits
  }

  /// A letter that stands directly behind the digits and is not part of a longer name.
  private static func takeMagnitude(_ rest: inout Substring) -> Rational {
    let powers: [Character: Int] = ["k": 3, "K": 3, "M": 6, "B": 9, "G": 9, "T": 12]
    guard let letter = rest.drop(while: \.isWhitespace).first, let power = powers[letter] else {
      return 1
    }
    let after = rest.drop(while: \.isWhitespace).dropFirst()
    guard after.first?.isWhitespace ?? true else { return 1 }
    rest = after
    return Rational(10).power(power)
  }
}

/// The digits of a printed number, and the power of ten behind them.
private struct Digits {
  let value: Rational
  /// What one more in the last digit would add to `value`.
  let lastPlace: Rational
  let significantDigits: Int
  let hasExponent: Bool
  /// 10⁹ for `e9`; 1 if there is none.
  let power: Rational

  /// Takes them from the front of a text; nil if it does not begin with a number.
  init?(_ text: inout Substring, of whole: String) throws(PrintedNumberError) {
    let pattern = #/(-?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?)(?![.,]?[0-9])/#
    guard let match = text.prefixMatch(of: pattern) else { return nil }
    var rest = text[match.range.upperBound...]
    let written = match.2.filter { $0 != "," }
    let exponent = Self.takeExponent(&rest)
    let fraction = match.3?.count ?? 0
    let integer = written.count - (fraction == 0 ? 0 : fraction + 1)
    guard
      Numeral.isReasonable(whole: integer, fraction: fraction, exponent: exponent ?? 0)
    else { throw .tooLong(whole) }
    guard let magnitude = Rational(decimal: written) else { return nil }
    power = Rational(10).power(exponent ?? 0)
    hasExponent = exponent != nil
    value = match.1.isEmpty ? magnitude : -magnitude
    lastPlace = Rational(10).power(-fraction)
    significantDigits = max(1, written.filter { $0 != "." }.drop { $0 == "0" }.count)
    text = rest
  }

  private static func takeExponent(_ rest: inout Substring) -> Int? {
    let pattern = #/[eE]([+\-]?[0-9]+)|\s*[×x*·]\s*10\^?([0-9⁻⁰¹²³⁴⁵⁶⁷⁸⁹\-]+)/#
    guard let match = rest.prefixMatch(of: pattern), let digits = match.1 ?? match.2 else {
      return nil
    }
    let lowered = String(digits.map { Self.lowered[$0] ?? $0 })
    guard let exponent = Int(lowered) else { return nil }
    rest = rest[match.range.upperBound...]
    return exponent
  }

  private static let lowered = Dictionary(
    uniqueKeysWithValues: zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
}
