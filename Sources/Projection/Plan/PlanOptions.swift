/// What a plan searches, besides model, recipe, device and batch.
public struct PlanOptions: Sendable, Equatable {
  /// How many layouts to list.
  public var count = 10
  /// Of how many tokens each rank that shares the vocabulary has a multiple.
  public var padding = 128
  /// Ranks that share every sequence, at most.
  public var context = 1
  /// Replicas that share the experts of a mixture, at most.
  public var expert = 1
  /// What time depends on.
  public var time = TimeOptions()

  /// The defaults.
  public init() {}
}
