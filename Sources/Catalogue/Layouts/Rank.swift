/// One device of a layout. Ranks that share a layer are neighbours, as they talk most; then come those
/// that share sequences, then replicas, and then stages (Megatron-LM's order, `tp-cp-dp-pp`).
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
    self.init(stage * layout.tensor * layout.replicas, of: layout)
  }

  /// The one device of a layout of one.
  public static let alone = Rank(0, of: Layout())

  /// Which share of each layer it has.
  public var tensor: Int { number % layout.tensor }
  /// Which of those that share a sequence it is.
  public var context: Int { replica % layout.context }
  /// Which share of the batch it has.
  public var data: Int { replica / layout.context }
  /// Which of the ranks with the same weights it is.
  private var replica: Int { number / layout.tensor % layout.replicas }
  /// Which share of the experts it has.
  public var expert: Int { replica % layout.expert }
  /// Which stage of the pipeline it is.
  public var stage: Int { number / (layout.tensor * layout.replicas) }

  /// Whether it is the first stage, which embeds the tokens.
  public var isFirstStage: Bool { stage == 0 }
  /// Whether it is the last stage, which knows the loss.
  public var isLastStage: Bool { stage == layout.pipeline - 1 }
  /// Number of the residual stream's parts along the sequence.
  public var sequenceParts: Int { layout.sequenceParallel ? layout.tensor : 1 }

  /// The ranks of the group that this one belongs to, in order; itself among them.
  public func members(_ group: RankGroup) -> [Int] {
    switch group {
    case .tensor: (0..<layout.tensor).map { at(tensor: $0, replica, stage) }
    case .context:
      (0..<layout.context).map { at(tensor: tensor, replica - context + $0, stage) }
    case .data: (0..<layout.replicas).map { at(tensor: tensor, $0, stage) }
    case .expert:
      (0..<layout.expert).map { at(tensor: tensor, replica - expert + $0, stage) }
    case .expertData:
      stride(from: expert, to: layout.replicas, by: layout.expert)
        .map { at(tensor: tensor, $0, stage) }
    case .pipeline: (0..<layout.pipeline).map { at(tensor: tensor, replica, $0) }
    case .embedding:
      size(of: .embedding) == 1
        ? [number] : [0, layout.pipeline - 1].map { at(tensor: tensor, replica, $0) }
    case .model:
      (0..<layout.pipeline).flatMap { stage in
        (0..<layout.tensor).map { at(tensor: $0, replica, stage) }
      }
    case .world: Array(0..<layout.ranks)
    }
  }

  /// Which of the members of the group it is.
  public func place(in group: RankGroup) -> Int {
    switch group {
    case .tensor: tensor
    case .context: context
    case .data: replica
    case .expert: expert
    case .expertData: replica / layout.expert
    case .pipeline: stage
    case .embedding: size(of: .embedding) == 1 || isFirstStage ? 0 : 1
    case .model: stage * layout.tensor + tensor
    case .world: number
    }
  }

  /// How many ranks the group has.
  public func size(of group: RankGroup) -> Int {
    switch group {
    case .tensor: layout.tensor
    case .context: layout.context
    case .data: layout.replicas
    case .expert: layout.expert
    case .expertData: layout.replicas / layout.expert
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

  private func at(tensor: Int, _ replica: Int, _ stage: Int) -> Int {
    tensor + layout.tensor * (replica + layout.replicas * stage)
  }
}
