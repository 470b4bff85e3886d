/// A share of the difference between a formula and a measurement.
public struct Attribution: Codable, Sendable, Equatable {
  /// The term of the formula; for tensors that no term covers, the formula of their amount.
  public let term: String
  /// The tensors, by role.
  public let role: String
  /// What the term gives for them; 0 if no term covers them.
  public let claimed: Number
  /// What the run gives.
  public let measured: Number
  /// The formula of what the run gives; nil if none was found.
  public let formula: String?
}
