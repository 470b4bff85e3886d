import Catalogue

extension Expression: CustomStringConvertible {
  /// The canonical text: `12*h^2 + 13*h`.
  ///
  /// Parsing it gives the same tree, if the tree came from parsing; unless that was so long or deep
  /// that spaces and parentheses, as in `-(-h)` for `--h`, make it more than the parser takes. A
  /// number that has no sign-free decimal, such as 1/3, is written as an expression of equal value.
  public var description: String {
    ExpressionPrinter(isTypographic: false).text(of: self)
  }

  /// The canonical text as a message may repeat it.
  var quoted: String { description.quoted }

  /// The text for readers: `12·h² + 13·h`. Not meant to be parsed.
  public var typographic: String {
    ExpressionPrinter(isTypographic: true).text(of: self)
  }
}

/// Writes trees as text with as few parentheses as the grammar allows.
private struct ExpressionPrinter {
  let isTypographic: Bool

  /// What binds more tightly is greater.
  private enum Binding: Int, Comparable {
    case comparison, sum, product, sign, power, primary

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// In parentheses where it binds less tightly than its place asks for.
  private func text(of expression: Expression, atLeast binding: Binding) -> String {
    let text = text(of: expression)
    return self.binding(of: expression) < binding ? "(\(text))" : text
  }

  func text(of expression: Expression) -> String {
    switch expression {
    case .number(let value):
      number(value)
    case .symbol(let name):
      name
    case .negation(let operand):
      (isTypographic ? "−" : "-") + text(of: operand, atLeast: .power)
    case .operation(.power, let base, let exponent):
      text(of: base, atLeast: .primary) + raised(exponent)
    case .operation(let operation, let left, let right):
      self.operation(operation, left, right)
    case .call(let function, let arguments):
      call(function, arguments.map { text(of: $0) }.joined(separator: ", "))
    case .comparison(let comparison, let left, let right):
      text(of: left, atLeast: .sum) + " \(sign(comparison)) " + text(of: right, atLeast: .sum)
    }
  }

  private func operation(
    _ operation: Expression.Operation, _ left: Expression, _ right: Expression
  ) -> String {
    let own = binding(of: .operation(operation, left, right))
    // The right operand of equal binding is in parentheses, for operators bind from the left; and
    // so is a sign, for two signs in a row read badly.
    let tighter: Binding = own == .sum ? .product : .power
    let isSigned = binding(of: right) == .sign || right.beginsWithSign
    return text(of: left, atLeast: own) + sign(operation)
      + (isSigned ? "(\(text(of: right)))" : text(of: right, atLeast: tighter))
  }

  private func binding(of expression: Expression) -> Binding {
    switch expression {
    case .number(let value):
      if value < 0 { return .sign }
      if value.decimalDescription == nil { return .product }
      return number(value).contains("·") ? .product : .primary
    case .symbol, .call: return .primary
    case .negation: return .sign
    case .operation(.addition, _, _), .operation(.subtraction, _, _): return .sum
    case .operation(.multiplication, _, _), .operation(.division, _, _): return .product
    case .operation(.power, _, _): return .power
    case .comparison: return .comparison
    }
  }

  private func number(_ value: Rational) -> String {
    guard isTypographic else { return value.decimalDescription ?? value.description }
    let text = value.decimalDescription ?? value.description
    let zeros = text.reversed().prefix { $0 == "0" }.count
    let isLong = value.isInteger && zeros >= 6
    guard isLong else { return text.replacing("-", with: "−") }
    let mantissa = text.dropLast(zeros).replacing("-", with: "−")
    return (mantissa == "1" ? "" : mantissa + "·") + "10" + "\(zeros)".superscript
  }

  private func raised(_ exponent: Expression) -> String {
    guard isTypographic else { return "^" + text(of: exponent, atLeast: .sign) }
    // Only what is no tree is written twice: else a tower of n powers would be written 2ⁿ times.
    switch exponent {
    case .number, .negation(.number):
      if let raised = text(of: exponent).superscriptIfInteger { return raised }
    default: break
    }
    return "^" + text(of: exponent, atLeast: .primary)
  }

  private func sign(_ operation: Expression.Operation) -> String {
    switch operation {
    case .addition: " + "
    case .subtraction: isTypographic ? " − " : " - "
    case .multiplication: isTypographic ? "·" : "*"
    case .division, .power: String(operation.rawValue)
    }
  }

  private func sign(_ comparison: Expression.Comparison) -> String {
    switch comparison {
    case .lessOrEqual where isTypographic: "≤"
    case .greaterOrEqual where isTypographic: "≥"
    default: comparison.rawValue
    }
  }

  private func call(_ function: Expression.Function, _ arguments: String) -> String {
    switch function {
    case .sqrt where isTypographic: "√(\(arguments))"
    case .floor where isTypographic: "⌊\(arguments)⌋"
    case .ceil where isTypographic: "⌈\(arguments)⌉"
    case .abs where isTypographic: "|\(arguments)|"
    default: "\(function)(\(arguments))"
    }
  }
}

extension Expression {
  /// Whether its text starts with a minus.
  fileprivate var beginsWithSign: Bool {
    switch self {
    case .negation: true
    case .number(let value): value < 0
    case .operation(.power, _, _): false
    case .operation(_, let left, _): left.beginsWithSign
    default: false
    }
  }
}

extension String {
  /// Digits and sign raised.
  fileprivate var superscript: String {
    String(map { Self.raisedCharacters[$0] ?? $0 })
  }

  fileprivate var superscriptIfInteger: String? {
    allSatisfy { Self.raisedCharacters[$0] != nil } ? superscript : nil
  }

  private static let raisedCharacters = Dictionary(
    uniqueKeysWithValues: zip("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
}
