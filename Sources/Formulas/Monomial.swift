/// A product of powers of symbols, such as `a·b·s²`, without a coefficient.
///
/// Exponents may be negative, `h/t`; symbols with exponent zero are not kept, so that equal
/// products are equal values.
public struct Monomial: Hashable, Sendable {
  /// The exponent of each symbol; never zero.
  public let exponents: [String: Int]

  /// The product of powers of these symbols.
  public init(_ exponents: [String: Int] = [:]) {
    self.exponents = exponents.filter { $0.value != 0 }
  }

  /// The exponent of a symbol, zero if it does not occur.
  public subscript(symbol: String) -> Int { exponents[symbol, default: 0] }

  /// The sum of the exponents.
  public var degree: Int { exponents.values.reduce(0, +) }

  /// The product of two.
  public static func * (left: Monomial, right: Monomial) -> Monomial {
    Monomial(left.exponents.merging(right.exponents, uniquingKeysWith: +))
  }

  /// Each exponent multiplied.
  public func power(_ exponent: Int) -> Monomial {
    Monomial(exponents.mapValues { $0 * exponent })
  }

  /// The symbols in the order in which they are written: the standard ones, then the others by
  /// name.
  public var symbols: [String] {
    exponents.keys.sorted { Self.place($0, in: Self.writing) < Self.place($1, in: Self.writing) }
  }
}

extension Monomial: Comparable {
  /// Whether the left one is written before the right one in a sum.
  ///
  /// The order is lexical in the exponents, with the symbols by significance: the number of layers
  /// first, then the hidden size, at last the symbols that are not standard, by name.
  public static func < (left: Monomial, right: Monomial) -> Bool {
    let symbols = Set(left.exponents.keys).union(right.exponents.keys)
      .sorted { place($0, in: significance) < place($1, in: significance) }
    for symbol in symbols where left[symbol] != right[symbol] {
      return left[symbol] > right[symbol]
    }
    return false
  }

  private static let writing = ranks(StandardSymbol.allCases)
  private static let significance = ranks(StandardSymbol.significance)

  private static func ranks(_ symbols: [StandardSymbol]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: zip(symbols.map(\.rawValue), 0...))
  }

  private static func place(_ symbol: String, in ranks: [String: Int]) -> (Int, String) {
    (ranks[symbol, default: .max], symbol)
  }
}

extension Monomial: CustomStringConvertible {
  /// The canonical text, `a*b*s^2`; `1` if it has no symbols.
  public var description: String { Expression(Polynomial([self: 1])).description }
}
