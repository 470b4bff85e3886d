import Catalogue

/// How long an update takes, and training.
public struct ProjectedTime: Codable, Sendable, Equatable {
  /// Seconds of an update: the sum of the terms.
  public let iterationSeconds: Double
  /// Tokens of an update for each device, over that time.
  public let tokensPerSecondPerDevice: Double
  /// FLOPs of the model's passes, over what all devices could have done: forward three times, dense
  /// attention and head included (Chowdhery et al., arXiv 2204.02311, appendix B).
  public let mfu: Double
  /// The same with what is computed again (ibid.).
  public let hfu: Double
  /// Time in which the stage waits for others, over that in which it works.
  public let bubbleFraction: Double
  /// What that would be with equal stages and messages that take no time: (p−1)/(v·m) (Narayanan et
  /// al., arXiv 2104.04473, section 2.2).
  public let idealBubbleFraction: Double
  /// Seconds until that many tokens have passed; absent where their number was not given.
  public let trainingSeconds: Double?
  /// Seconds of a micro-batch through each stage.
  public let stages: [StageTime]
  /// What the stage that ends last does in an update, in the order of the parts.
  public let terms: [TimeTerm]
  /// What the textbooks reckon.
  public let textbook: TextbookTime
  /// The same with other conventions of counting FLOPs.
  public let conventions: [Utilisation]

  /// Seconds of a micro-batch through a stage, messages that nothing hides included.
  public struct StageTime: Codable, Sendable, Equatable {
    /// The stage.
    public let stage: Int
    /// Forward.
    public let forwardSeconds: Double
    /// Backward, what is computed again included.
    public let backwardSeconds: Double
    /// What is computed again.
    public let recomputeSeconds: Double
    /// What comes once in an update.
    public let optimizerSeconds: Double
  }

  /// A part of the time.
  public struct TimeTerm: Codable, Sendable, Equatable {
    /// What it is.
    public let name: String
    /// How much, in seconds of an update.
    public let seconds: Double
    /// How it is known.
    public let basis: Projection.Basis
    /// From where.
    public let source: String
  }
}
