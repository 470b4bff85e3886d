/// What a number counts, and in which size: byte, GiB, TFLOP/s, tokens, days, per cent.
///
/// Decimal and binary prefixes are different units, exactly related: 1 GiB = 1.073741824 GB. Units
/// of the same dimension convert by an exact factor; others do not convert at all, so that
/// parameters are never compared with bytes.
public struct Unit: Sendable {
  /// As it is printed: `GiB`, `TFLOP/s`.
  public let symbol: String
  /// How many base units it is: 2³⁰ for GiB.
  public let scale: Rational
  /// The exponent of each base unit; empty for ratios.
  public let dimension: [Base: Int]

  /// What can be counted.
  public enum Base: String, Codable, Sendable, CaseIterable {
    /// What tensors are measured in.
    case byte, element, parameter
    /// A floating-point operation.
    case flop = "FLOP"
    /// What is counted around them.
    case token, sequence, step, layer, head, dimension, device, second
  }

  init(_ symbol: String, _ scale: Rational, _ dimension: [Base: Int]) {
    self.symbol = symbol
    self.scale = scale
    self.dimension = dimension.filter { $0.value != 0 }
  }
}

extension Unit {
  /// Eight bits.
  public static let byte = Unit("byte", 1, [.byte: 1])
  /// An element of a tensor, of any width.
  public static let element = Unit("element", 1, [.element: 1])
  /// A parameter of a model.
  public static let parameter = Unit("parameter", 1, [.parameter: 1])
  /// A floating-point operation; a multiplication and an addition are two.
  public static let flop = Unit("FLOP", 1, [.flop: 1])
  /// A token.
  public static let token = Unit("token", 1, [.token: 1])
  /// A sequence, one sample of a batch.
  public static let sequence = Unit("sequence", 1, [.sequence: 1])
  /// A second.
  public static let second = Unit("second", 1, [.second: 1])
  /// 86,400 seconds.
  public static let day = Unit("day", 86_400, [.second: 1])
  /// A number that counts nothing.
  public static let ratio = Unit("ratio", 1, [:])
  /// A hundredth.
  public static let percent = Unit("%", Rational(1, 100), [:])
}

extension Unit {
  /// Whether numbers in the two units can be compared.
  public func isCompatible(with other: Unit) -> Bool { dimension == other.dimension }

  /// How many of the other unit make one of this: 1.073741824 from GiB to GB.
  ///
  /// - Throws: `UnitError.incompatible` if the two count different things.
  public func factor(to other: Unit) throws(UnitError) -> Rational {
    guard isCompatible(with: other) else { throw .incompatible(self, other) }
    return scale / other.scale
  }
}

extension Unit: Hashable {
  /// Whether the two are the same size of the same thing, however they are spelled.
  public static func == (left: Unit, right: Unit) -> Bool {
    left.scale == right.scale && left.dimension == right.dimension
  }

  /// Hashes size and dimension.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(scale)
    hasher.combine(dimension)
  }
}

extension Unit: CustomStringConvertible {
  /// The symbol.
  public var description: String { symbol }
}

extension Unit: Codable {
  /// Reads the symbol.
  public init(from decoder: any Decoder) throws {
    self = try decoder.parsed("a unit") { try Unit(parsing: $0) }
  }

  /// Writes the symbol.
  public func encode(to encoder: any Encoder) throws {
    try encoder.encode(text: symbol)
  }
}
