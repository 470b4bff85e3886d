/// Builds the tree of an expression from its words, by recursive descent.
///
///     comparison = sum [ ("<" | "<=" | ">" | ">=" | "=") sum ]
///     sum        = product { ("+" | "-") product }
///     product    = unary { ("*" | "/") unary }
///     unary      = "-" unary | power
///     power      = primary [ "^" unary ]
///     primary    = number | symbol | function "(" sum { "," sum } ")" | "(" sum ")"
struct ExpressionParser {
  private let text: String
  private let origin: String
  private let tokens: [ExpressionToken]
  private var position = 0
  private var depth = 0

  /// Deeper nesting than any formula has; a bound on the stack that it takes. A parenthesis counts
  /// twice, as a sum and as a factor.
  private static let greatestDepth = 128
  /// More words than any formula has.
  private static let greatestLength = 2000

  init(_ text: String, origin: String) throws(ExpressionError) {
    var lexer = ExpressionLexer(text, origin: origin)
    self.text = text
    self.origin = origin
    tokens = try lexer.tokens()
    if tokens.count > Self.greatestLength {
      throw error(
        at: tokens[Self.greatestLength], expected: "at most \(Self.greatestLength) words")
    }
  }

  /// The whole text as one expression.
  mutating func expression() throws(ExpressionError) -> Expression {
    var expression = try sum()
    if case .comparison(let comparison) = current.kind {
      position += 1
      expression = .comparison(comparison, expression, try sum())
    }
    switch current.kind {
    case .end: return expression
    case .close: throw unexpected("the end, for no ( is open")
    case .comparison: throw unexpected("the end, after one comparison, outside parentheses")
    case .comma: throw unexpected("no comma: digits are grouped by _, arguments are in ( )")
    default: throw unexpected("an operator or the end")
    }
  }

  private mutating func sum() throws(ExpressionError) -> Expression {
    try descend()
    defer { depth -= 1 }
    var sum = try product()
    while let operation = take(.addition, .subtraction) {
      sum = .operation(operation, sum, try product())
    }
    return sum
  }

  private mutating func product() throws(ExpressionError) -> Expression {
    var product = try unary()
    while let operation = take(.multiplication, .division) {
      product = .operation(operation, product, try unary())
    }
    return product
  }

  private mutating func unary() throws(ExpressionError) -> Expression {
    try descend()
    defer { depth -= 1 }
    guard take(.subtraction) == nil else { return .negation(try unary()) }
    let base = try primary()
    guard let power = take(.power) else { return base }
    return .operation(power, base, try unary())
  }

  private mutating func descend() throws(ExpressionError) {
    depth += 1
    if depth > Self.greatestDepth {
      throw error(at: current, expected: "fewer parentheses, signs or powers in one another")
    }
  }

  private mutating func primary() throws(ExpressionError) -> Expression {
    let token = current
    switch token.kind {
    case .number(let value):
      position += 1
      return .number(value)
    case .symbol:
      position += 1
      guard let function = Expression.Function(rawValue: token.text) else {
        return .symbol(token.text)
      }
      return .call(function, try arguments(of: function))
    case .open:
      position += 1
      let inner = try sum()
      try close(token)
      return inner
    default:
      throw unexpected("a number, a symbol, a function or (")
    }
  }

  private mutating func arguments(
    of function: Expression.Function
  ) throws(ExpressionError) -> [Expression] {
    let open = current
    guard open.kind == .open else { throw error(at: open, expected: "( after \(function)") }
    position += 1
    var arguments = [try sum()]
    while current.kind == .comma {
      position += 1
      arguments.append(try sum())
    }
    if current.kind == .close, !function.arity.contains(arguments.count) {
      let wanted = function.arity.upperBound == 1 ? "one argument" : "two or more arguments"
      throw error(
        at: open, found: "\(arguments.count) of them", expected: "\(wanted) for \(function)")
    }
    try close(open)
    return arguments
  }

  private mutating func close(_ open: ExpressionToken) throws(ExpressionError) {
    guard current.kind == .close else {
      throw unexpected(") for the ( in line \(open.line), column \(open.column)")
    }
    position += 1
  }
}

// MARK: - Words and errors

extension ExpressionParser {
  private var current: ExpressionToken { tokens[position] }

  private mutating func take(_ operations: Expression.Operation...) -> Expression.Operation? {
    guard case .operation(let operation) = current.kind, operations.contains(operation) else {
      return nil
    }
    position += 1
    return operation
  }

  /// An error at the current word. Where two operands meet, that is what it says.
  private func unexpected(_ expected: String) -> ExpressionError {
    guard position > 0, current.beginsOperand else { return error(at: current, expected: expected) }
    let previous = tokens[position - 1]
    guard previous.beginsOperand && previous.kind != .open || previous.kind == .close else {
      return error(at: current, expected: expected)
    }
    var remedy = "an operator between \(previous.name) and \(current.name): "
    remedy += "write \(previous.name)*\(current.name)"
    if previous.kind == .symbol, current.kind == .open {
      let functions = Expression.Function.allCases.map(\.rawValue).sorted()
      remedy += ", or one of the functions \(functions.joined(separator: ", "))"
    }
    return error(at: current, expected: remedy)
  }

  private func error(
    at token: ExpressionToken, found: String? = nil, expected: String
  ) -> ExpressionError {
    ExpressionError(
      origin: origin, line: token.line, column: token.column, source: text.line(token.line),
      found: found ?? token.name, expected: expected)
  }
}

extension Expression {
  /// Reads an expression, such as `12*h^2 + 13*h` or `16*P > 80e9`.
  ///
  /// Powers bind from the right and before a sign: `-2^2` is -4. There is no implicit product.
  ///
  /// - Parameters:
  ///   - text: the expression.
  ///   - origin: where it comes from, for the error.
  /// - Throws: `ExpressionError` with the first place that makes no sense.
  public init(parsing text: String, origin: String = "expression") throws(ExpressionError) {
    var parser = try ExpressionParser(text, origin: origin)
    self = try parser.expression()
  }
}
