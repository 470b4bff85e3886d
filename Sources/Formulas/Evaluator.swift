/// Computes expressions under given values and definitions; every definition at most once.
struct Evaluator {
  private let values: [String: Rational]
  private let definitions: [String: Expression]
  private var known: [String: ComputedValue] = [:]
  /// The definitions that are being computed, the outermost first.
  private var path: [String] = []

  init(values: [String: Rational], definitions: [String: Expression]) {
    self.values = values
    self.definitions = definitions
  }

  /// The value of an expression that is part of `whole`, itself included.
  mutating func value(
    of expression: Expression, in whole: Expression
  ) throws(EvaluationError) -> ComputedValue {
    switch expression {
    case .number(let number):
      return ComputedValue(number)
    case .symbol(let name):
      return try value(ofSymbol: name, in: whole)
    case .negation(let operand):
      return try value(of: operand, in: whole).mapped { -$0 }
    case .operation(let operation, let left, let right):
      let (left, right) = (try value(of: left, in: whole), try value(of: right, in: whole))
      return try apply(operation, left, right, in: expression)
    case .call(let function, let operands):
      var arguments: [ComputedValue] = []
      for operand in operands { arguments.append(try value(of: operand, in: whole)) }
      return try apply(function, arguments, in: expression)
    case .comparison:
      throw .notANumber(expression)
    }
  }

  /// A definition is preferred to a value: it is what the formula's author substitutes.
  private mutating func value(
    ofSymbol name: String, in whole: Expression
  ) throws(EvaluationError) -> ComputedValue {
    if let known = known[name] { return known }
    guard let definition = definitions[name] else {
      guard let value = values[name] else {
        let bound = Set(values.keys).union(definitions.keys)
        throw .unbound(symbol: name, in: whole, bound: bound.sorted())
      }
      return ComputedValue(value)
    }
    if let start = path.firstIndex(of: name) { throw .cycle(Array(path[start...])) }
    path.append(name)
    defer { path.removeLast() }
    let value = try value(of: definition, in: definition)
    known[name] = value
    return value
  }

  private func apply(
    _ operation: Expression.Operation, _ left: ComputedValue, _ right: ComputedValue,
    in expression: Expression
  ) throws(EvaluationError) -> ComputedValue {
    switch operation {
    case .addition: return left.combined(with: right, +)
    case .subtraction: return left.combined(with: right, -)
    case .multiplication: return left.combined(with: right, *)
    case .division:
      guard right.value != 0 else { throw .divisionByZero(in: expression) }
      return left.combined(with: right, /)
    case .power:
      guard right.value.isInteger else {
        throw .fractionalExponent(right.value, in: expression)
      }
      let bits = max(left.value.numerator.bitWidth, left.value.denominator.bitWidth)
      guard let exponent = right.value.integer,
        exponent.magnitude <= UInt(Self.greatestBits / bits)
      else { throw .tooLarge(in: expression) }
      guard left.value != 0 || exponent >= 0 else { throw .divisionByZero(in: expression) }
      return left.combined(with: right) { base, _ in base.power(exponent) }
    }
  }

  /// A power of about 30,000 decimal digits, computed in no time.
  private static let greatestBits = 100_000

  private func apply(
    _ function: Expression.Function, _ arguments: [ComputedValue], in expression: Expression
  ) throws(EvaluationError) -> ComputedValue {
    let first = arguments[0]
    switch function {
    case .ceil: return first.mapped(\.ceil)
    case .floor: return first.mapped(\.floor)
    case .abs: return first.mapped(\.magnitude)
    case .min: return arguments.dropFirst().reduce(first) { $0.combined(with: $1, min) }
    case .max: return arguments.dropFirst().reduce(first) { $0.combined(with: $1, max) }
    case .sqrt:
      guard let root = first.value.squareRoot else {
        throw .negativeRoot(of: first.value, in: expression)
      }
      return ComputedValue(root.value, isExact: root.isExact && first.isExact)
    }
  }
}
