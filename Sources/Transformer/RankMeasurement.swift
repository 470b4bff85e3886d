import Catalogue
import Instrument

/// The account of one rank of a layout.
public struct RankMeasurement: Codable, Sendable, Equatable {
  /// Its number.
  public let rank: Int
  /// Which stage of the pipeline it is.
  public let stage: Int
  /// Which replica it belongs to.
  public let data: Int
  /// Which of those that share a sequence it is.
  public let context: Int
  /// Which share of the experts it has.
  public let expert: Int
  /// Which share of each layer it has.
  public let tensor: Int
  /// Its memory.
  public let bytes: Bytes
  /// Matrix products of one update.
  public let flops: Measurement.Passes
  /// What it says to others in one update.
  public let communication: [Messages]
  /// Number of ledger events.
  public let events: Int
  /// A number that follows from all events: equal digests are equal ledgers.
  public let digest: String
  /// The loss before each update, where the rank knows it; absent in a dry run.
  public let loss: [Double?]?

  /// Memory, in bytes; the most of each, at its own time.
  public struct Bytes: Codable, Sendable, Equatable {
    /// Weights that it keeps.
    public let parameter: Int
    /// Gradients that it keeps until the update.
    public let gradient: Int
    /// What its part of the optimizer remembers.
    public let optimizerState: Int
    /// Activations of all micro-batches under way, when they are most.
    public let savedForBackward: Int
    /// Workspaces, gradients of activations, and what is put together for a while.
    public let temporary: Int
    /// The most that was alive at once.
    public let peak: Int
    /// What is left at the end: 0, or the account is wrong.
    public let leaked: Int
  }

  /// Messages of one kind among one group.
  public struct Messages: Codable, Sendable, Equatable {
    /// What is done.
    public let kind: Communication.Kind
    /// With whom.
    public let group: RankGroup
    /// How many they are.
    public let members: Int
    /// How often in one update.
    public let count: Int
    /// Bytes of the tensors, as whole ones, in one update.
    public let bytes: Int
    /// Bytes that pass by a member: twice those of an all-reduce.
    public let passed: Int

    /// - Parameters:
    ///   - kind: what is done.
    ///   - group: with whom.
    ///   - members: how many they are.
    ///   - count: how often in one update.
    ///   - bytes: of the tensors, as whole ones.
    ///   - passed: bytes that pass by a member.
    public init(
      kind: Communication.Kind, group: RankGroup, members: Int, count: Int, bytes: Int, passed: Int
    ) {
      (self.kind, self.group, self.members) = (kind, group, members)
      (self.count, self.bytes, self.passed) = (count, bytes, passed)
    }
  }
}

extension RankMeasurement {
  /// The account of what has run on `engine`.
  ///
  /// - Parameters:
  ///   - measurement: of the same run.
  ///   - engine: with the rank.
  init(_ measurement: Measurement, _ engine: Engine) {
    let (place, ledger, steps) = (engine.rank, engine.ledger, measurement.recipe.steps)
    rank = place.number
    stage = place.stage
    data = place.data
    context = place.context
    expert = place.expert
    tensor = place.tensor
    bytes = Bytes(
      parameter: measurement.bytes.parameter, gradient: measurement.bytes.gradient,
      optimizerState: measurement.bytes.optimizerState,
      savedForBackward: measurement.bytes.savedForBackward,
      temporary: ledger.highest[.temporary, default: 0], peak: ledger.peak.total,
      leaked: ledger.total)
    flops = measurement.flops.matmul
    communication = Messages.list(engine.work.communications, steps: steps)
    events = ledger.events.count
    digest = ledger.digest
    loss = measurement.loss.flatMap { $0.isEmpty ? nil : $0 }
  }
}

extension RankMeasurement.Messages {
  /// The messages of one update out of several equal ones, in the order of their kinds and groups.
  public static func list(_ all: [Communication], steps: Int) -> [RankMeasurement.Messages] {
    Communication.Kind.allCases.flatMap { kind in
      RankGroup.allCases.compactMap { group in
        let some = all.filter { $0.kind == kind && $0.group == group }
        guard let first = some.first else { return nil }
        return RankMeasurement.Messages(
          kind: kind, group: group, members: first.members, count: some.count / steps,
          bytes: some.reduce(0) { $0 + $1.bytes } / steps,
          passed: some.reduce(0) { $0 + $1.passes * $1.bytes } / steps)
      }
    }
  }
}

extension RankMeasurement.Messages {
  /// The messages of further micro-batches, of which `step` made these out of `before`.
  ///
  /// - Parameters:
  ///   - more: micro-batches.
  ///   - before: the messages of `step` micro-batches fewer; nil for none.
  ///   - step: micro-batches.
  public func extended(
    by more: Int, like before: RankMeasurement.Messages?, over step: Int
  ) -> RankMeasurement.Messages {
    func extended(_ value: (RankMeasurement.Messages) -> Int) -> Int {
      value(self) + (value(self) - (before.map(value) ?? 0)) * more / step
    }
    return RankMeasurement.Messages(
      kind: kind, group: group, members: members, count: extended(\.count),
      bytes: extended(\.bytes), passed: extended(\.passed))
  }
}
