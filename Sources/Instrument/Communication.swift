import Catalogue

/// What a rank had to say to others, and when: one entry of the account of its work.
public struct Communication: Codable, Sendable, Equatable {
  /// The kinds of messages.
  public enum Kind: String, Codable, Sendable, CaseIterable, HashedByCase {
    /// What MPI and NCCL call so.
    case allReduce, allGather, reduceScatter, allToAll, send, receive, barrier
  }

  /// What was done.
  public let kind: Kind
  /// With whom.
  public let group: RankGroup
  /// How many they are; 2 for a message from one rank to another.
  public let members: Int
  /// What it was done for.
  public let stage: Work.Stage
  /// Which tensor; nil where it is a number, or nothing.
  public let role: TensorRole?
  /// Where in the model.
  public let scope: Scope
  /// Elements of the whole tensor, of which each member may have a part.
  public let elements: Int
  /// Its size in bytes.
  public let bytes: Int

  /// How often the whole tensor passes by a member: an all-reduce is a reduce-scatter and an
  /// all-gather (Rajbhandari et al., arXiv 1910.02054, section 7.1). What is received was counted by
  /// its sender.
  public var passes: Int {
    switch kind {
    case .allReduce: 2
    case .allGather, .reduceScatter, .allToAll, .send: 1
    case .receive, .barrier: 0
    }
  }
}
