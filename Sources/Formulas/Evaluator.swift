/// Computes expressions under given values and definitions; every definition at most once.
struct Evaluator {
  private let values: [String: Rational]
  private let definitions: [String: Expression]
  private var known: [String: ComputedValue] = [:]
  /// The definitions that are being computed, the outermost first.
  private var path: [String] = []
  /// Bits of all results so far.
  private var work = 0
  /// How many values are waiting for the one that is being computed.
  private var depth = 0

  /// The longest expression that can be read is 1000 operations deep, and a chain of definitions
  /// adds two for each link. A debug build takes 4 KiB of an 8 MiB stack for each.
  static let greatestDepth = 1200
  /// Bits above or below the line: more than 1200 digits. Quantities have at most 26, products of a
  /// dozen of them and of inexact roots a few hundred; beyond, every operation costs more than the
  /// one before, and a formula of a few letters could take a day.
  private static let greatestBits = 4096
  /// Bits of all results together: 250 of the longest, or 16,000 operations on sizes of models. Long
  /// numbers and long formulas each have their bound; this is the one for both at once.
  private static let greatestWork = 1_000_000
  /// The greatest exponent, as of other numbers in claims; only powers of 0, 1 and -1 reach it.
  private static let greatestExponent = UInt(1_000_000_000_000_000_000)

  init(values: [String: Rational], definitions: [String: Expression]) {
    self.values = values
    self.definitions = definitions
  }

  /// The value of an expression that is part of `whole`, itself included.
  mutating func value(
    of expression: Expression, in whole: Expression
  ) throws(EvaluationError) -> ComputedValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.greatestDepth else { throw .tooDeep }
    switch expression {
    case .number(let number):
      return ComputedValue(number)
    case .symbol(let name):
      return try value(ofSymbol: name, in: whole)
    case .negation(let operand):
      return try value(of: operand, in: whole).mapped { -$0 }
    case .operation(let operation, let left, let right):
      let (left, right) = (try value(of: left, in: whole), try value(of: right, in: whole))
      return try count(apply(operation, left, right, in: expression), in: expression)
    case .call(let function, let operands):
      var arguments: [ComputedValue] = []
      for operand in operands { arguments.append(try value(of: operand, in: whole)) }
      return try count(apply(function, arguments, in: expression), in: expression)
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
      // A number of n + 1 bits to the k-th has more than n·k.
      let bits = UInt(left.value.size - 1)
      guard let exponent = right.value.integer, exponent.magnitude <= Self.greatestExponent,
        bits == 0 || exponent.magnitude <= UInt(Self.greatestBits) / bits
      else { throw .tooLarge(in: expression) }
      guard left.value != 0 || exponent >= 0 else { throw .divisionByZero(in: expression) }
      return left.combined(with: right) { base, _ in base.power(exponent) }
    }
  }

  /// A result, if it and the work up to it are within bounds.
  private mutating func count(
    _ value: ComputedValue, in expression: Expression
  ) throws(EvaluationError) -> ComputedValue {
    let size = value.value.size
    work += size
    guard size <= Self.greatestBits else { throw .tooLarge(in: expression) }
    guard work <= Self.greatestWork else { throw .tooMuch }
    return value
  }

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
