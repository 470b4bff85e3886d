import Catalogue
import Transformer

extension Layout {
  /// The layout in words, as far as there are several ranks.
  var parts: [String] {
    var parts = [
      (data, "data"), (expert, "expert"), (context, "context"), (tensor, "tensor"),
      (pipeline, "pipeline"), (virtual, "virtual"),
    ]
    .filter { $0.0 > 1 }.map { "\($0.1) \($0.0)" }
    if pipeline > 1, virtual == 1 { parts.append(schedule.rawValue) }
    if sequenceParallel { parts.append("sequence-parallel") }
    if zero > .none { parts.append("ZeRO \(zero.rawValue)") }
    return parts
  }
}

extension MeasurementReport {
  /// Memory and messages of each rank; nothing on a single device.
  var rankTables: [Table] {
    guard let ranks = value.ranks else { return [] }
    return [memory(of: ranks), messages(of: ranks)]
  }

  private func memory(of ranks: [RankMeasurement]) -> Table {
    Table(
      "Ranks, bytes of each at its highest",
      [
        .text("rank"), .text("stage"), .text("data"), .text("context"), .text("tensor"),
        .number("parameters"), .number("gradients"), .number("optimizer"), .number("saved"),
        .number("peak"),
      ],
      ranks.map { rank in
        let bytes = [
          rank.bytes.parameter, rank.bytes.gradient, rank.bytes.optimizerState,
          rank.bytes.savedForBackward, rank.bytes.peak,
        ]
        return [rank.rank, rank.stage, rank.data, rank.context, rank.tensor].map(String.init)
          + bytes.map(\.grouped)
      })
  }

  private func messages(of ranks: [RankMeasurement]) -> Table {
    Table(
      "Messages of one step",
      [
        .text("rank"), .text("kind"), .text("group"), .number("members"), .number("count"),
        .number("bytes"), .number("passing by"),
      ],
      ranks.flatMap { rank in
        rank.communication.map {
          [
            String(rank.rank), $0.kind.rawValue, $0.group.rawValue, $0.members.grouped,
            $0.count.grouped, $0.bytes.grouped, $0.passed.grouped,
          ]
        }
      })
  }

  /// The figures of each rank, named as in JSON.
  var rankRecords: [[String]] {
    (value.ranks ?? []).flatMap { rank in
      [
        ("parameter", rank.bytes.parameter), ("gradient", rank.bytes.gradient),
        ("optimizerState", rank.bytes.optimizerState),
        ("savedForBackward", rank.bytes.savedForBackward), ("temporary", rank.bytes.temporary),
        ("peak", rank.bytes.peak),
      ].map { ["ranks.\(rank.rank).bytes.\($0.0)", String($0.1)] }
        + rank.communication.map {
          [
            "ranks.\(rank.rank).communication.\($0.kind.rawValue).\($0.group.rawValue)",
            String($0.bytes),
          ]
        }
    }
  }
}
