import Foundation
import Projection

/// A plan, for people.
public struct PlanReport: Report {
  /// The plan.
  public let value: Plan

  /// - Parameter plan: the layouts, ranked.
  public init(_ plan: Plan) { value = plan }

  /// The model, the cluster, and the winner.
  public var headline: String? {
    "\(value.model) on \(value.gpus.grouped) × \(value.device.title), global batch "
      + "\(value.globalBatch.grouped), sequence \(value.sequence.grouped): \(value.because)"
  }

  /// The layouts, the first that failed, and how they were found.
  public var tables: [Table] { [layouts] + failed + [search] }

  private var layouts: Table {
    Table(
      "Layouts that fit, the fastest first",
      [
        .text("layout"), .number("seconds"), .number("tokens/s per GPU"), .number("MFU"),
        .number("bubble"), .number("reserved"), .number("headroom"),
      ],
      value.layouts.map {
        [
          $0.layout.brief($0.recompute), $0.iterationSeconds.significant,
          $0.tokensPerSecondPerDevice.significant, $0.mfu.percent(1),
          $0.bubbleFraction.percent(1), $0.peakReserved.asBytes, $0.headroom.asBytes,
        ]
      })
  }

  private var failed: [Table] {
    guard let failure = value.firstFailed else { return [] }
    return [
      Table(
        "The fastest that does not fit",
        [.text("layout"), .number("seconds"), .number("needs"), .number("lacks")],
        [
          [
            failure.layout.brief(failure.recompute), failure.iterationSeconds.significant,
            failure.peakBytes.asBytes, failure.missing.asBytes,
          ]
        ])
    ]
  }

  private var search: Table {
    let verification = value.verification
    return Table(
      "The search", [.text(""), .number("")],
      [
        ["layouts that are allowed", value.legal.grouped],
        ["of them fit", value.fitting.grouped],
        ["layouts whose ranks were run", verification.layouts.grouped],
        [
          "stages with the kernels and messages of the closed form",
          "\(verification.equalStages) of \(verification.stages)",
        ],
        ["largest deviation of memory", verification.largestMemoryDeviation.percent(1)],
      ])
  }

  /// A layout on each line.
  public var records: Table {
    Table(
      nil,
      [
        .number("rank"), .number("data"), .number("expert"), .number("context"), .number("tensor"),
        .number("pipeline"),
        .number("virtual"), .number("zero"), .text("sequenceParallel"), .number("microbatch"),
        .text("recompute"), .number("iterationSeconds"), .number("tokensPerSecondPerDevice"),
        .number("mfu"), .number("bubbleFraction"), .number("peakReserved"), .number("headroom"),
      ],
      value.layouts.enumerated().map { place, entry in
        let layout = entry.layout
        return [
          String(place + 1), String(layout.data), String(layout.expert), String(layout.context),
          String(layout.tensor), String(layout.pipeline), String(layout.virtual),
          String(layout.zero.rawValue),
          String(layout.sequenceParallel), String(layout.microbatch), entry.recompute.rawValue,
          String(entry.iterationSeconds), String(entry.tokensPerSecondPerDevice),
          String(entry.mfu), String(entry.bubbleFraction), String(entry.peakReserved),
          String(entry.headroom),
        ]
      })
  }
}
