/// A formula, as a tree: numbers and symbols under arithmetic, or one comparison of two such.
///
/// Read from text by `init(parsing:origin:)`, written by `description`, evaluated by
/// `evaluated(at:where:)` and, if it is a comparison, by `isTrue(at:where:)`.
public indirect enum Expression: Hashable, Sendable {
  /// A constant.
  case number(Rational)
  /// A named quantity, such as `h`.
  case symbol(String)
  /// The operand with the other sign.
  case negation(Expression)
  /// Two operands and what is done to them.
  case operation(Operation, Expression, Expression)
  /// A function of its arguments.
  case call(Function, [Expression])
  /// Two numbers compared; never below another node.
  case comparison(Comparison, Expression, Expression)

  /// What is done to two numbers; the raw value is its sign in text.
  public enum Operation: Character, Sendable, CaseIterable {
    /// A sum.
    case addition = "+"
    /// A difference.
    case subtraction = "-"
    /// A product.
    case multiplication = "*"
    /// A quotient.
    case division = "/"
    /// A power, whose exponent is an integer.
    case power = "^"
  }

  /// The functions; the raw value is the name in text.
  public enum Function: String, Sendable, CaseIterable {
    /// Square root; inexact where the root is not rational.
    case sqrt
    /// Rounded up to an integer.
    case ceil
    /// Rounded down to an integer.
    case floor
    /// The smallest of two or more.
    case min
    /// The largest of two or more.
    case max
    /// Without the sign.
    case abs

    /// How many arguments it takes.
    var arity: ClosedRange<Int> {
      switch self {
      case .sqrt, .ceil, .floor, .abs: 1...1
      case .min, .max: 2...Int.max
      }
    }
  }

  /// How two numbers are compared; the raw value is its sign in text.
  public enum Comparison: String, Sendable, CaseIterable {
    /// The left side is the smaller.
    case less = "<"
    /// The left side is not the greater.
    case lessOrEqual = "<="
    /// The left side is the greater.
    case greater = ">"
    /// The left side is not the smaller.
    case greaterOrEqual = ">="
    /// Both sides are the same.
    case equal = "="
  }
}

extension Expression {
  /// Whether it gives a truth rather than a number.
  public var isComparison: Bool {
    if case .comparison = self { true } else { false }
  }

  /// The parts directly below.
  public var operands: [Expression] {
    switch self {
    case .number, .symbol: []
    case .negation(let operand): [operand]
    case .operation(_, let left, let right), .comparison(_, let left, let right): [left, right]
    case .call(_, let arguments): arguments
    }
  }

  /// The symbols that occur in it.
  public var symbols: Set<String> {
    if case .symbol(let name) = self { return [name] }
    return operands.reduce(into: []) { $0.formUnion($1.symbols) }
  }

  /// The symbols that must be given a value when the definitions are used: those of the expression
  /// and of the definitions it needs, directly or through one another, less the defined ones.
  public func freeSymbols(where definitions: [String: Expression]) -> Set<String> {
    reachableSymbols(where: definitions).subtracting(definitions.keys)
  }

  /// All symbols that the value depends on, those with a definition included.
  func reachableSymbols(where definitions: [String: Expression]) -> Set<String> {
    var (open, seen) = (symbols, Set<String>())
    while let name = open.popFirst() {
      guard seen.insert(name).inserted, let definition = definitions[name] else { continue }
      open.formUnion(definition.symbols)
    }
    return seen
  }
}

extension Expression: Codable {
  /// Reads the text that `description` writes.
  public init(from decoder: any Decoder) throws {
    self = try decoder.parsed("an expression") { try Expression(parsing: $0) }
  }

  /// Writes `description`.
  public func encode(to encoder: any Encoder) throws {
    try encoder.encode(text: description)
  }
}
