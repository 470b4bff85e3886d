/// The claims of one source.
public struct ClaimDocument: Codable, Sendable, Equatable {
  /// A short name, unique among the documents.
  public let document: String
  /// The title of the source.
  public let title: String
  /// Where to find it: a citation or an address.
  public let source: String?
  /// In the order of the source.
  public let claims: [Claim]
}
