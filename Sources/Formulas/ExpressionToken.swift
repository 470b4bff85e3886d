import Catalogue

/// A word of an expression and where it stands.
struct ExpressionToken {
  let kind: Kind
  /// As it is written.
  let text: String
  /// From 1.
  let line: Int
  /// From 1, in characters.
  let column: Int

  enum Kind: Equatable {
    case number(Rational)
    case symbol
    case operation(Expression.Operation)
    case comparison(Expression.Comparison)
    case open, close, comma, end
  }

  /// Whether an operand can begin here: after another one, an operator is missing.
  var beginsOperand: Bool {
    switch kind {
    case .number, .symbol, .open: true
    default: false
    }
  }

  /// The name in a message.
  var name: String { kind == .end ? "the end" : text.quoted }
}
