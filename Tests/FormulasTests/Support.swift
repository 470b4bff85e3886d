import Formulas
import TestSupport
import Testing

// Foundation has types of these names, too.
typealias Expression = Formulas.Expression
typealias Unit = Formulas.Unit

extension SplitMix64 {
  /// An expression as the parser could have made it, without comparisons.
  ///
  /// - Parameter isPolynomial: without functions and divisions, and with small exponents only.
  mutating func expression(depth: Int, isPolynomial: Bool = false) -> Expression {
    func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
    let choices = depth == 0 ? 2 : isPolynomial ? 6 : 9
    func operand() -> Expression { expression(depth: depth - 1, isPolynomial: isPolynomial) }
    switch pick(choices) {
    case 0: return .number(Rational(pick(2000), isPolynomial ? 1 : 8))
    case 1: return .symbol(["b", "s", "h", "a", "l", "bytes_each"][pick(6)])
    case 2: return .negation(operand())
    case 3: return .operation(.addition, operand(), operand())
    case 4: return .operation(.subtraction, operand(), operand())
    case 5:
      return pick(3) == 0
        ? .operation(.power, operand(), .number(Rational(pick(4))))
        : .operation(.multiplication, operand(), operand())
    case 6: return .operation(.division, operand(), operand())
    case 7: return .operation(.power, operand(), operand())
    default:
      let function = Expression.Function.allCases[pick(6)]
      let count = [.min, .max].contains(function) ? 2 + pick(2) : 1
      return .call(function, (0..<count).map { _ in operand() })
    }
  }
}

/// What reading a file of claims says; nil if it says nothing.
func fault(_ yaml: String) -> String? {
  do throws(ClaimError) {
    _ = try ClaimCatalogue(files: [("test.yaml", Array(yaml.utf8))])
    return nil
  } catch {
    return error.description
  }
}

/// A file of one claim with these fields besides those that every claim needs; they begin in line 8,
/// column 3.
func file(_ fields: String) -> String {
  """
  document: test
  title: A test
  claims:
  - id: t.1
    statement: It is so.
    quantity: parameters
    kind: formula
    \(fields.split(separator: "\n").joined(separator: "\n  "))
  """
}

extension Rational {
  init(_ numerator: Int, _ denominator: Int) {
    self = Rational(numerator) / Rational(denominator)
  }
}

/// The value of an expression in text.
func value(
  _ text: String, _ values: [String: Rational] = [:], where definitions: [String: String] = [:]
) throws -> ComputedValue {
  try Expression(parsing: text).evaluated(
    at: values, where: definitions.mapValues { try Expression(parsing: $0) })
}

/// What the error that a text gives says.
func parseError(_ text: String) -> ExpressionError? {
  do throws(ExpressionError) {
    _ = try Expression(parsing: text, origin: "test")
    return nil
  } catch {
    return error
  }
}
