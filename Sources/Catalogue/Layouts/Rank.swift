/// One device of a layout. Ranks that share a layer are neighbours, as they talk most; then come
/// replicas, and then stages (Megatron-LM's order, `tp-dp-pp`).
public struct Rank: Codable, Sendable, Equatable {
  /// The layout that it is part of.
  public let layout: Layout
  /// Its number, from 0.
  public let number: Int

  /// - Parameters:
  ///   - number: from 0, below `layout.ranks`.
  ///   - layout: what it is part of.
  public init(_ number: Int, of layout: Layout) {
    precondition(number >= 0 && number < layout.ranks, "no rank \(number) of \(layout.ranks)")
    self.layout = layout
    self.number = number
  }

  /// The first rank of a stage, whose shares are the largest.
  ///
  /// - Parameters:
  ///   - stage: from 0, below `layout.pipeline`.
  ///   - layout: what it is part of.
  public init(firstOfStage stage: Int, of layout: Layout) {
    self.init(stage * layout.tensor * layout.data, of: layout)
  }

  /// The one device of a layout of one.
  public static let alone = Rank(0, of: Layout())

  /// Which share of each layer it has.
  public var tensor: Int { number % layout.tensor }
  /// Which replica it belongs to.
  public var data: Int { number / layout.tensor % layout.data }
  /// Which share of the experts it has.
  public var expert: Int { data % layout.expert }
  /// Which stage of the pipeline it is.
  public var stage: Int { number / (layout.tensor * layout.data) }

  /// Whether it is the first stage, which embeds the tokens.
  public var isFirstStage: Bool { stage == 0 }
  /// Whether it is the last stage, which knows the loss.
  public var isLastStage: Bool { stage == layout.pipeline - 1 }
  /// Number of the residual stream's parts along the sequence.
  public var sequenceParts: Int { layout.sequenceParallel ? layout.tensor : 1 }

  /// The ranks of the group that this one belongs to, in order; itself among them.
  public func members(_ group: RankGroup) -> [Int] {
    switch group {
    case .tensor: (0..<layout.tensor).map { at(tensor: $0, data, stage) }
    case .data: (0..<layout.data).map { at(tensor: tensor, $0, stage) }
    case .expert:
      (0..<layout.expert).map { at(tensor: tensor, data - expert + $0, stage) }
    case .expertData:
      stride(from: expert, to: layout.data, by: layout.expert).map { at(tensor: tensor, $0, stage) }
    case .pipeline: (0..<layout.pipeline).map { at(tensor: tensor, data, $0) }
    case .embedding:
      size(of: .embedding) == 1
        ? [number] : [0, layout.pipeline - 1].map { at(tensor: tensor, data, $0) }
    case .model:
      (0..<layout.pipeline).flatMap { stage in
        (0..<layout.tensor).map { at(tensor: $0, data, stage) }
      }
    case .world: Array(0..<layout.ranks)
    }
  }

  /// How many ranks the group has.
  public func size(of group: RankGroup) -> Int {
    switch group {
    case .tensor: layout.tensor
    case .data: layout.data
    case .expert: layout.expert
    case .expertData: layout.data / layout.expert
    case .pipeline: layout.pipeline
    case .embedding:
      layout.pipeline > 1 && (stage == 0 || stage == layout.pipeline - 1) ? 2 : 1
    case .model: layout.tensor * layout.pipeline
    case .world: layout.ranks
    }
  }

  /// Whether the ranks of a group, which have the same weights, divide this of them.
  public func divides(_ part: Layout.ZeRO, over group: RankGroup) -> Bool {
    size(of: group) > 1 && layout.zero >= part
  }

  private func at(tensor: Int, _ data: Int, _ stage: Int) -> Int {
    tensor + layout.tensor * (data + layout.data * stage)
  }
}

/// Ranks that talk with each other.
public enum RankGroup: String, Codable, Sendable, CaseIterable {
  /// Those that share a layer.
  case tensor
  /// The replicas of one part of the model.
  case data
  /// The replicas that share the experts.
  case expert
  /// The replicas that have the same experts.
  case expertData
  /// The stages of one replica, with the same share of each layer.
  case pipeline
  /// The first and the last stage, which both have the embedding where the head is tied to it.
  case embedding
  /// All that make up one replica.
  case model
  /// All.
  case world
}
