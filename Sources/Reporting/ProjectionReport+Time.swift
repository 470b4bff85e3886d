import Foundation
import Projection

/// The time of an update, for people.
extension ProjectionReport {
  /// The time, what it is made of, its stages and the textbook's estimate; none without a device.
  var time: [Table] {
    guard let time = value.time else { return [] }
    return [summary(time), terms(time), stages(time)]
  }

  private func summary(_ time: ProjectedTime) -> Table {
    var rows = [
      ["seconds of an update", time.iterationSeconds.significant],
      ["tokens per second of a device", time.tokensPerSecondPerDevice.significant],
      ["MFU", time.mfu.percent(1)], ["HFU", time.hfu.percent(1)],
      ["bubble, over the work", time.bubbleFraction.percent(1)],
      ["with equal stages, (p−1)/(v·m)", time.idealBubbleFraction.percent(1)],
      [
        "textbook: \(Int(time.textbook.flopsPerParameterAndToken))·P·D at "
          + time.textbook.utilisation.percent(1),
        time.textbook.iterationSeconds.significant + " s",
      ],
    ]
    if let seconds = time.trainingSeconds {
      rows.append(["days of training", (seconds / 86_400).significant])
    }
    if let seconds = time.textbook.trainingSeconds {
      rows.append(["textbook: days of training", (seconds / 86_400).significant])
    }
    rows.append(["Chinchilla's tokens, 20·P", time.textbook.chinchillaTokens.significant])
    return Table("Time", [.text(""), .number("")], rows)
  }

  private func terms(_ time: ProjectedTime) -> Table {
    Table(
      "The time of the stage that ends last",
      [.text("part"), .number("seconds"), .number("share"), .text("basis"), .text("source")],
      time.terms.map {
        [
          $0.name, $0.seconds.significant, ($0.seconds / time.iterationSeconds).percent(1),
          $0.basis.rawValue, $0.source,
        ]
      } + [["= update", time.iterationSeconds.significant, 1.0.percent(1), "", ""]])
  }

  private func stages(_ time: ProjectedTime) -> Table {
    Table(
      "Seconds of a stage: of a micro-batch, and once",
      [
        .number("stage"), .number("forward"), .number("backward"), .number("recomputed"),
        .number("update"),
      ],
      time.stages.map {
        [
          String($0.stage), $0.forwardSeconds.significant, $0.backwardSeconds.significant,
          $0.recomputeSeconds.significant, $0.optimizerSeconds.significant,
        ]
      })
  }

  /// Utilisation under every convention of counting FLOPs.
  var conventions: [Table] {
    guard let time = value.time, showsConventions else { return [] }
    return [
      Table(
        "The same time, by conventions of counting FLOPs",
        [
          .text("attention"), .text("done again"), .text("head"), .number("TFLOP/s per device"),
          .number("utilisation"),
        ],
        time.conventions.map {
          [
            $0.convention.attention.rawValue, $0.convention.recompute ? "counts" : "no",
            $0.convention.head ? "counts" : "no", $0.teraflopsPerDevice.significant,
            $0.utilisation.percent(1),
          ]
        })
    ]
  }

  /// The figures of the time, named as in JSON.
  var timeRecords: [[String]] {
    guard let time = value.time else { return [] }
    var figures = [
      ("iterationSeconds", time.iterationSeconds),
      ("tokensPerSecondPerDevice", time.tokensPerSecondPerDevice), ("mfu", time.mfu),
      ("hfu", time.hfu), ("bubbleFraction", time.bubbleFraction),
      ("idealBubbleFraction", time.idealBubbleFraction),
      ("textbook.iterationSeconds", time.textbook.iterationSeconds),
      ("textbook.chinchillaTokens", time.textbook.chinchillaTokens),
    ]
    if let seconds = time.trainingSeconds { figures.append(("trainingSeconds", seconds)) }
    figures += time.terms.map { ("terms.\($0.name)", $0.seconds) }
    return figures.map { ["time.\($0.0)", String($0.1)] }
  }
}
