import Catalogue

/// Cuts the text of an expression into words.
struct ExpressionLexer {
  let text: String
  let origin: String
  private var rest: Substring
  private var line = 1
  private var column = 1

  init(_ text: String, origin: String) {
    self.text = text
    self.origin = origin
    rest = text[...]
  }

  /// More characters than any formula has. Names have no bound of their own.
  private static let greatestLength = 10_000

  /// All words, an end word last.
  mutating func tokens() throws(ExpressionError) -> [ExpressionToken] {
    let length = text.count
    guard length <= Self.greatestLength else {
      throw error(
        found: "\(length) characters", expected: "at most \(Self.greatestLength) characters")
    }
    var tokens: [ExpressionToken] = []
    repeat { tokens.append(try next()) } while tokens.last?.kind != .end
    return tokens
  }

  private mutating func next() throws(ExpressionError) -> ExpressionToken {
    while let character = rest.first, character.isWhitespace { advance(over: character) }
    guard let character = rest.first else { return take(0, as: .end) }
    switch character {
    case "(": return take(1, as: .open)
    case ")": return take(1, as: .close)
    case ",": return take(1, as: .comma)
    case "<", ">", "=":
      let sign = rest.hasPrefix("<=") || rest.hasPrefix(">=") ? rest.prefix(2) : rest.prefix(1)
      guard let comparison = Expression.Comparison(rawValue: String(sign)) else { break }
      return take(sign.count, as: .comparison(comparison))
    case _ where character.isASCIIDigit:
      return try number()
    case _ where character.isSymbolStart:
      return take(rest.prefix { $0.isSymbolStart || $0.isASCIIDigit }.count, as: .symbol)
    default:
      if let operation = Expression.Operation(rawValue: character) {
        return take(1, as: .operation(operation))
      }
    }
    throw error(found: String(character).quoted, expected: Self.remedy(for: character))
  }

  /// Digits that may be grouped by underscores, a fraction, and an exponent. An `e` that no digit
  /// follows is not an exponent but a symbol, and left for the parser to complain about.
  private mutating func number() throws(ExpressionError) -> ExpressionToken {
    var scan = rest[...]
    func run() -> Substring {
      let run = scan.prefix { $0.isASCIIDigit || $0 == "_" }
      scan = scan.dropFirst(run.count)
      return run
    }
    let whole = run()
    var parts = [whole]
    if scan.first == "." {
      scan.removeFirst()
      parts.append(run())
    }
    if parts.contains(where: { $0.isEmpty || $0.first == "_" || $0.last == "_" }) {
      let text = rest.prefix(upTo: scan.startIndex)
      throw error(found: text.quoted, expected: "digits on both sides of a point or underscore")
    }
    let digits = parts.map { $0.filter { $0 != "_" } }
    var (written, power) = (digits.joined(separator: "."), Int?.some(0))
    if let exponent = scan.prefixMatch(of: #/[eE][+\-]?[0-9]+/#) {
      written += exponent.0
      power = Int(exponent.0.dropFirst())
      scan = scan[exponent.range.upperBound...]
    }
    guard let power, let value = Self.value(written, digits, power) else {
      throw error(found: written.quoted, expected: Numeral.expectation)
    }
    return take(rest.distance(from: rest.startIndex, to: scan.startIndex), as: .number(value))
  }

  private static func value(_ text: String, _ digits: [String], _ power: Int) -> Rational? {
    let fraction = digits.count == 2 ? digits[1].count : 0
    guard Numeral.isReasonable(whole: digits[0].count, fraction: fraction, exponent: power) else {
      return nil
    }
    return Rational(decimal: text)
  }

  private mutating func take(_ count: Int, as kind: ExpressionToken.Kind) -> ExpressionToken {
    let word = rest.prefix(count)
    let token = ExpressionToken(kind: kind, text: String(word), line: line, column: column)
    for character in word { advance(over: character) }
    return token
  }

  private mutating func advance(over character: Character) {
    (line, column) = character.isNewline ? (line + 1, 1) : (line, column + 1)
    rest.removeFirst()
  }

  private func error(found: String, expected: String) -> ExpressionError {
    ExpressionError(
      origin: origin, line: line, column: column, source: text.line(line), found: found,
      expected: expected)
  }

  /// What to write instead of a sign that books use and this grammar does not.
  private static func remedy(for character: Character) -> String {
    switch character {
    case "·", "×": "*"
    case "−", "–": "-"
    case "÷": "/"
    case "²": "^2"
    case "³": "^3"
    case "√": "sqrt(…)"
    case "≤": "<="
    case "≥": ">="
    case ".": "a digit before the point, as in 0.5"
    case "[", "{": "("
    case "]", "}": ")"
    default: "a number, a symbol, an operator or a parenthesis"
    }
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
  fileprivate var isSymbolStart: Bool { isASCII && isLetter || self == "_" }
}

extension String {
  /// The line of that number, from 1.
  func line(_ number: Int) -> String {
    let lines = split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.indices.contains(number - 1) ? String(lines[number - 1]) : ""
  }
}
