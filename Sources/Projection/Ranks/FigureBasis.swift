/// How a figure of a projection is known that is no term of a sum.
public struct FigureBasis: Codable, Sendable, Equatable {
  /// Its path in JSON, or that of what holds it; places in lists are left out.
  public let figure: String
  /// How it is known.
  public let basis: Projection.Basis
  /// From where.
  public let source: String

  init(_ figure: String, _ basis: Projection.Basis, _ source: String) {
    (self.figure, self.basis, self.source) = (figure, basis, source)
  }
}
