/// Ranks that talk with each other.
public enum RankGroup: String, Codable, Sendable, CaseIterable, HashedByCase {
  /// Those that share a layer.
  case tensor
  /// Those that share a sequence.
  case context
  /// The replicas of one part of the model, of all sequences and of all their parts.
  case data
  /// The replicas that share the experts.
  case expert
  /// The replicas that have the same experts.
  case expertData
  /// The stages of one replica, with the same share of each layer and sequence.
  case pipeline
  /// The first and the last stage, which both have the embedding where the head is tied to it.
  case embedding
  /// All that make up one replica of the model.
  case model
  /// All.
  case world
}
