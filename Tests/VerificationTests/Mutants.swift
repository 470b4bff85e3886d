import Formulas

// Foundation has a type of this name, too.
typealias Expression = Formulas.Expression

extension Expression {
  /// All expressions that differ in one place: a number that is greater by 1, or a symbol to the
  /// power of 2. An exponent is a number, so h^2 gives h^3; and h, the same as h^1, gives h^2.
  var mutants: [Expression] {
    switch self {
    case .number(let value):
      return [.number(value + 1)]
    case .symbol:
      return [.operation(.power, self, .number(2))]
    case .negation(let operand):
      return operand.mutants.map { .negation($0) }
    case .operation(.power, .symbol(let name), let exponent):
      return exponent.mutants.map { .operation(.power, .symbol(name), $0) }
    case .operation(let operation, let left, let right):
      return left.mutants.map { .operation(operation, $0, right) }
        + right.mutants.map { .operation(operation, left, $0) }
    case .call(let function, let arguments):
      return arguments.indices.flatMap { index in
        arguments[index].mutants.map { mutant in
          var changed = arguments
          changed[index] = mutant
          return .call(function, changed)
        }
      }
    case .comparison(let comparison, let left, let right):
      return left.mutants.map { .comparison(comparison, $0, right) }
        + right.mutants.map { .comparison(comparison, left, $0) }
    }
  }
}
