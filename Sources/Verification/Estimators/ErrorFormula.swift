import Formulas

/// What an estimate has too much (positive) or too little (negative), as a formula.
public struct ErrorFormula: Codable, Sendable, Equatable {
  /// Whether it is the error, to the last unit; otherwise it is the nearest sum of a few terms.
  public let isExact: Bool
  /// The configurations at which an exact formula is the error; 0 for one that is not.
  public let holds: Int
  /// The sizes of a configuration where an exact formula is not the error; nil if there is none.
  public let exception: [String: Int]?
  /// estimated - measured.
  public let expression: String
  /// The same, term by term.
  public let terms: [Term]
  /// The part of the error that it leaves; 0 where it is exact.
  public let unexplained: Double

  /// A product of sizes that estimates have too often or too seldom.
  public struct Term: Codable, Sendable, Equatable {
    /// The product.
    public let monomial: String
    /// How often, estimated - measured.
    public let coefficient: Rational
    /// How often it is measured.
    public let measured: Rational
    /// The share of each role in that.
    public let roles: [String: Rational]
  }
}
