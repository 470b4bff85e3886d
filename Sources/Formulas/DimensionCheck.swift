/// What a number counts: the exponent of each base unit.
typealias Dimension = [Unit.Base: Int]

/// Finds out what an expression counts, where some symbols count something and all others are plain
/// numbers.
struct DimensionCheck {
  /// What symbols count.
  private var known: [String: Dimension?]
  /// Symbols that stand for expressions; they do not go in a circle.
  private let definitions: [String: Expression]

  init(_ known: [String: Dimension], where definitions: [String: Expression]) {
    self.known = known
    self.definitions = definitions
  }

  /// What the expression counts; nil for 0, which counts anything.
  ///
  /// - Throws: `DimensionError` where bytes are added to parameters, and the like.
  mutating func dimension(of expression: Expression) throws(DimensionError) -> Dimension? {
    switch expression {
    case .number(let value): return value == 0 ? nil : [:]
    case .symbol(let name): return try dimension(ofSymbol: name)
    case .negation(let operand): return try dimension(of: operand)
    case .operation(.addition, _, _), .operation(.subtraction, _, _), .comparison:
      return try common(of: expression)
    case .operation(.multiplication, let left, let right): return try product(left, right, 1)
    case .operation(.division, let left, let right): return try product(left, right, -1)
    case .operation(.power, let base, let exponent):
      let dimension = try dimension(of: base) ?? [:]
      if dimension.isEmpty { return dimension }
      guard case .number(let power) = exponent, let times = power.integer, abs(times) < 100 else {
        throw DimensionError(whole: expression, found: "an exponent that is not a small number")
      }
      return dimension.mapValues { $0 * times }
    case .call(.sqrt, let arguments):
      let dimension = try dimension(of: arguments[0]) ?? [:]
      guard dimension.values.allSatisfy({ $0 % 2 == 0 }) else {
        throw DimensionError(whole: expression, found: "the root of \(Self.name(dimension))")
      }
      return dimension.mapValues { $0 / 2 }
    case .call: return try common(of: expression)
    }
  }

  private mutating func dimension(
    ofSymbol name: String
  ) throws(DimensionError) -> Dimension? {
    if let known = known[name] { return known }
    guard let definition = definitions[name] else { return [:] }
    let dimension = try dimension(of: definition)
    known[name] = .some(dimension)
    return dimension
  }

  private mutating func common(of whole: Expression) throws(DimensionError) -> Dimension? {
    var common: Dimension?
    for part in whole.operands {
      guard let dimension = try dimension(of: part) else { continue }
      if let first = common, first != dimension {
        throw DimensionError(
          whole: whole, found: "\(Self.name(first)) beside \(Self.name(dimension))")
      }
      common = dimension
    }
    return common
  }

  private mutating func product(
    _ left: Expression, _ right: Expression, _ sign: Int
  ) throws(DimensionError) -> Dimension? {
    guard let first = try dimension(of: left), let second = try dimension(of: right) else {
      return nil
    }
    return first.merging(second.mapValues { $0 * sign }, uniquingKeysWith: +).filter { $1 != 0 }
  }

  /// For a message.
  static func name(_ dimension: Dimension) -> String {
    let factors = dimension.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { $0.value == 1 ? $0.key.rawValue : "\($0.key.rawValue)^\($0.value)" }
    return factors.isEmpty ? "a plain number" : factors.joined(separator: "·")
  }
}

/// Things put together that count different things.
struct DimensionError: Error {
  /// Where.
  let whole: Expression
  /// What stands beside what.
  let found: String
}
