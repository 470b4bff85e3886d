import Formulas

/// The claims of a catalogue, for people.
public struct ClaimsReport: Report {
  /// The catalogue.
  public let value: List

  /// The `assay.claims.v1` of the command line.
  public struct List: Encodable {
    let schema = "assay.claims.v1"
    let claims: [Claim]
  }

  /// - Parameter catalogue: the claims.
  public init(_ catalogue: ClaimCatalogue) { value = List(claims: catalogue.claims) }

  /// How many there are.
  public var headline: String? { value.claims.count.counted("claim") }

  /// A line for each.
  public var tables: [Table] { [records] }

  /// Without what kind of statement it is.
  public var brief: [Table] { [records.without(["kind"])] }

  /// The same.
  public var records: Table {
    Table(
      nil,
      [
        .text("id"), .text("quantity"), .text("kind"), .text("formula"), .text("claimed"),
        .text("statement"),
      ],
      value.claims.map { claim in
        [
          claim.id, claim.quantity.rawValue, claim.kind.rawValue,
          claim.expression?.typographic ?? "", claim.claimed?.text ?? "", claim.statement,
        ]
      })
  }
}
