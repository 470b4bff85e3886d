import Catalogue

/// What a pipeline stage does in an update, in order: forward and backward passes of micro-batches
/// through the parts of the model that it holds.
public struct PipelineSchedule: Sendable, Equatable {
  /// One pass through one part.
  public struct Pass: Sendable, Equatable {
    /// Which way.
    public let direction: Direction
    /// Number of the micro-batch.
    public let microbatch: Int
    /// Number of the part among those of the stage.
    public let chunk: Int
  }

  /// The ways through the model.
  public enum Direction: String, Sendable {
    /// From the first stage to the last.
    case forward
    /// From the last to the first.
    case backward
  }

  /// The passes, in order.
  public let passes: [Pass]

  /// - Parameters:
  ///   - rank: whose stage it is.
  ///   - microbatches: of an update.
  public init(_ rank: Rank, microbatches: Int) {
    let layout = rank.layout
    let chunks = layout.virtual
    let count = microbatches * chunks
    let forward = (0..<count).map {
      Self.pass($0, .forward, stages: layout.pipeline, chunks)
    }
    let backward = (0..<count).map {
      Self.pass($0, .backward, stages: layout.pipeline, chunks)
    }
    let ahead = min(count, Self.warmup(rank, microbatches: microbatches))
    let steady = zip(forward.dropFirst(ahead), backward).flatMap { [$0, $1] }
    passes = forward.prefix(ahead) + steady + backward.suffix(ahead)
  }

  /// Forward passes before the first backward pass. In turn, a stage is ahead by as many
  /// micro-batches as there are stages behind it; interleaved, by two passes for each of those and
  /// by all passes through its other parts in between (Narayanan et al., arXiv 2104.04473, section
  /// 2.2; Megatron-LM, `get_pp_rank_microbatches`).
  private static func warmup(_ rank: Rank, microbatches: Int) -> Int {
    let layout = rank.layout
    let behind = layout.pipeline - 1 - rank.stage
    switch layout.schedule {
    case .gpipe: return microbatches
    case .oneForwardOneBackward where layout.virtual == 1: return behind
    case .oneForwardOneBackward: return 2 * behind + (layout.virtual - 1) * layout.pipeline
    }
  }

  /// The pass of that number: rounds of as many micro-batches as there are stages go through one
  /// part after the other, backward from the last part on.
  private static func pass(
    _ number: Int, _ direction: Direction, stages: Int, _ chunks: Int
  ) -> Pass {
    guard chunks > 1 else { return Pass(direction: direction, microbatch: number, chunk: 0) }
    let (round, place) = (number / (stages * chunks), number % (stages * chunks))
    let chunk = place / stages
    return Pass(
      direction: direction, microbatch: round * stages + place % stages,
      chunk: direction == .forward ? chunk : chunks - 1 - chunk)
  }
}
