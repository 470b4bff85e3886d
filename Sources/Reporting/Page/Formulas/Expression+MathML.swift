import Formulas

extension Expression {
  /// The expression as browsers typeset it (MathML Core).
  var mathML: HTML { "<math>\(MathMLWriter().row(self))</math>" }
}

/// Writes trees as MathML, with as few parentheses as they need.
private struct MathMLWriter {
  /// What binds more tightly is greater.
  private enum Binding: Int, Comparable {
    case comparison, sum, product, sign, primary

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  func row(_ expression: Expression) -> HTML {
    switch expression {
    case .number(let value): number(value)
    case .symbol(let name): "<mi>\(name)</mi>"
    case .negation(let operand): "<mo form=\"prefix\">−</mo>\(part(operand, .sign))"
    case .operation(let operation, let left, let right): self.operation(operation, left, right)
    case .call(let function, let arguments): call(function, arguments.map(row))
    case .comparison(let comparison, let left, let right):
      "\(row(left))<mo>\(Self.sign(comparison))</mo>\(row(right))"
    }
  }

  private func operation(
    _ operation: Expression.Operation, _ left: Expression, _ right: Expression
  ) -> HTML {
    switch operation {
    case .addition: "\(row(left))<mo>+</mo>\(part(right, .product))"
    case .subtraction: "\(row(left))<mo>−</mo>\(part(right, .product))"
    case .multiplication: "\(part(left, .product))\(times(right))\(part(right, .primary))"
    case .division: "<mfrac><mrow>\(row(left))</mrow><mrow>\(row(right))</mrow></mfrac>"
    case .power: "<msup><mrow>\(part(left, .primary))</mrow><mrow>\(row(right))</mrow></msup>"
    }
  }

  /// A sign of multiplication is seen only where two numbers would become one.
  private func times(_ factor: Expression) -> HTML {
    factor.beginsWithNumber ? "<mo>·</mo>" : "<mo>\u{2062}</mo>"
  }

  private func part(_ expression: Expression, _ least: Binding) -> HTML {
    let inner = row(expression)
    return binding(of: expression) < least
      ? "<mrow><mo>(</mo>\(inner)<mo>)</mo></mrow>" : inner
  }

  private func binding(of expression: Expression) -> Binding {
    switch expression {
    case .number(let value): value < 0 ? .sign : .primary
    case .symbol, .call, .operation(.power, _, _), .operation(.division, _, _): .primary
    case .negation: .sign
    case .operation(.addition, _, _), .operation(.subtraction, _, _): .sum
    case .operation(.multiplication, _, _): .product
    case .comparison: .comparison
    }
  }

  private func number(_ value: Rational) -> HTML {
    guard value < 0 else { return magnitude(value) }
    return "<mo form=\"prefix\">−</mo>\(magnitude(value.magnitude))"
  }

  private func magnitude(_ value: Rational) -> HTML {
    if let integer = value.integer { return "<mn>\(integer.grouped)</mn>" }
    if let decimal = value.decimalDescription { return "<mn>\(decimal)</mn>" }
    return "<mfrac><mn>\("\(value.numerator)")</mn><mn>\("\(value.denominator)")</mn></mfrac>"
  }

  private func call(_ function: Expression.Function, _ arguments: [HTML]) -> HTML {
    var list: HTML = "\(Array(arguments.prefix(1)))"
    for argument in arguments.dropFirst() { list = "\(list)<mo>,</mo>\(argument)" }
    return switch function {
    case .sqrt: "<msqrt>\(list)</msqrt>"
    case .floor: "<mrow><mo>⌊</mo>\(list)<mo>⌋</mo></mrow>"
    case .ceil: "<mrow><mo>⌈</mo>\(list)<mo>⌉</mo></mrow>"
    case .abs: "<mrow><mo>|</mo>\(list)<mo>|</mo></mrow>"
    case .min, .max: "<mrow><mi>\(function.rawValue)</mi><mo>(</mo>\(list)<mo>)</mo></mrow>"
    }
  }

  private static func sign(_ comparison: Expression.Comparison) -> String {
    switch comparison {
    case .lessOrEqual: "≤"
    case .greaterOrEqual: "≥"
    case .less, .greater, .equal: comparison.rawValue
    }
  }
}

extension Expression {
  fileprivate var beginsWithNumber: Bool {
    switch self {
    case .number: true
    case .operation(.multiplication, let left, _), .operation(.power, let left, _):
      left.beginsWithNumber
    default: false
    }
  }
}

extension String {
  /// The expression of that text typeset; the text itself if it is none. Products and powers may be
  /// written as they are for readers, `4·b·s²`.
  var mathML: HTML {
    (try? Expression(parsing: plainSigns))?.mathML ?? "<span class=\"path\">\(self)</span>"
  }

  private var plainSigns: String {
    let raised = zip("²³⁴", ["^2", "^3", "^4"])
    return raised.reduce(replacing("·", with: "*").replacing("−", with: "-")) { text, power in
      text.replacing(String(power.0), with: power.1)
    }
  }
}
