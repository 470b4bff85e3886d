import Catalogue

extension ClaimField {
  /// An expression; its errors point into the file.
  func expression() throws(ClaimError) -> Expression {
    let text = try text("an expression")
    do {
      return try Expression(parsing: text)
    } catch {
      throw self.error(
        found: "\(error.found) in \(text.quoted)", expected: error.expected,
        offset: offset(of: error))
    }
  }

  /// How many characters behind the beginning of the node; zero where YAML folded the text.
  private func offset(of error: ExpressionError) -> Int {
    switch node.scalar?.style {
    case .plain where error.line == 1: error.column - 1
    case .singleQuoted where error.line == 1, .doubleQuoted where error.line == 1: error.column
    default: 0
    }
  }

  /// A number without symbols: `768`, `52e9`, `2^30`.
  func number() throws(ClaimError) -> Rational {
    let expression = try expression()
    do throws(EvaluationError) {
      let number = try expression.evaluated()
      if number.isExact { return number.value }
    } catch .unbound {
      throw self.error(found: expression.quoted, expected: "a number")
    } catch {
      throw self.error(found: "\(error)", expected: error.expected)
    }
    throw error(
      found: "\(expression.quoted), which is not rational", expected: "an exact number")
  }

  /// A comparison.
  func comparison() throws(ClaimError) -> Expression {
    let expression = try expression()
    guard expression.isComparison else {
      throw error(found: expression.quoted, expected: "a comparison, such as h >= 10*s")
    }
    return expression
  }

  /// A unit.
  func unit() throws(ClaimError) -> Unit {
    let text = try text("a unit")
    do {
      return try Unit(parsing: text)
    } catch {
      throw self.error(found: error.found, expected: error.expected)
    }
  }

  /// A number as it is printed.
  func printedNumber() throws(ClaimError) -> PrintedNumber {
    let text = try text("a number")
    do {
      return try PrintedNumber(parsing: text)
    } catch {
      throw self.error(found: error.found, expected: error.expected)
    }
  }

  /// A part of a whole, `5%` or `0.05`.
  func proportion() throws(ClaimError) -> Rational {
    let printed = try printedNumber()
    guard let value = try? printed.value(in: .ratio), value > 0 else {
      throw error(found: printed.text.quoted, expected: "a part of the value, such as 5%")
    }
    return value
  }

  /// `true` or `false`.
  func truth() throws(ClaimError) -> Bool {
    let text = try text("true or false")
    guard let truth = Bool(text) else {
      throw error(found: text.quoted, expected: "true or false")
    }
    return truth
  }
}
