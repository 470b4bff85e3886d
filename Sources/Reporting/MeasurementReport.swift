import Catalogue
import Transformer

/// A measurement, for people.
public struct MeasurementReport: Report {
  /// What was measured.
  public let value: Measurement

  /// - Parameter measurement: what was measured.
  public init(_ measurement: Measurement) { value = measurement }

  /// The model, the recipe as far as it differs from what is usual, and the run.
  public var headline: String? {
    let (model, recipe) = (value.model, value.recipe)
    var parts = [
      model.parameterPhrase, "batch \(recipe.batch.grouped)",
      "sequence \(recipe.sequence.grouped)", recipe.precision.rawValue,
      recipe.optimizer.rawValue, "\(recipe.attention.rawValue) attention",
      "recompute \(recipe.recompute.rawValue)", "convention \(recipe.convention.name)",
    ]
    if recipe.optimizerImplementation != .fused {
      parts.append("\(recipe.optimizerImplementation.rawValue) optimizer")
    }
    if recipe.dropout > 0 { parts.append("dropout \(recipe.dropout)") }
    if recipe.accumulate > 1 { parts.append("\(recipe.accumulate.grouped) micro-batches") }
    if let text = recipe.text { parts.append("text \(text)") }
    if let layout = value.layout { parts += layout.parts }
    parts.append(recipe.steps.counted("step"))
    let cores = value.environment.threads.counted("core")
    let run = value.mode == .dry ? "dry run" : "real run on \(cores)"
    return "\(model.name): " + parts.joined(separator: ", ") + "; " + run
  }

  /// Memory, what is saved, the peak, work and time.
  public var tables: [Table] {
    [memory, saved, peak, value.bytes.peak.largestTensors, work, operations]
      + (value.expertLoads.map { [experts($0)] } ?? [])
      + (value.seconds.map { [time($0)] } ?? [])
      + (value.bytes.witness.map { [witness($0)] } ?? []) + rankTables
  }

  private func row(_ name: String, _ bytes: Int) -> [String] {
    [name, bytes.grouped, bytes.asBytes]
  }

  private static func columns(_ first: String) -> [Table.Column] {
    [.text(first), .number("bytes"), .number("about")]
  }

  private var memory: Table {
    let bytes = value.bytes
    return Table(
      "Memory", Self.columns(""),
      [
        row("parameters", bytes.parameter), row("gradients", bytes.gradient),
        row("optimizer states", bytes.optimizerState),
        row("saved for backward", bytes.savedForBackward), row("leaked", bytes.leaked),
      ])
  }

  private var saved: Table {
    Table(
      "Saved for backward, by role",
      [.text("role"), .number("tensors"), .number("bytes"), .number("about")],
      value.bytes.savedByRole.map {
        [$0.role.rawValue, $0.tensors.grouped, $0.bytes.grouped, $0.bytes.asBytes]
      })
  }

  private var peak: Table {
    let peak = value.bytes.peak
    let phases = Phase.allCases.compactMap { phase in
      value.bytes.peakByPhase[phase.rawValue].map { row("peak in \(phase.rawValue)", $0) }
    }
    return Table(
      "Peak: in \(peak.phase.rawValue), when \(peak.path) is allocated", Self.columns(""),
      [
        row("parameters", peak.parameter), row("+ gradients", peak.gradient),
        row("+ optimizer states", peak.optimizerState), row("+ activations", peak.activation),
        row("+ temporaries", peak.temporary), row("+ inputs", peak.input),
        row("= peak", peak.total),
      ] + phases)
  }

  private var work: Table {
    let (flops, dense) = (value.flops.matmul, value.flops.matmulDense)
    let other = value.flops.elementwise
    func row(_ name: String, _ executed: Int, _ dense: Int, _ elementwise: Int) -> [String] {
      [name, executed.grouped, dense.grouped, elementwise.grouped]
    }
    return Table(
      "FLOPs of one step",
      [
        .text(""), .number("matrix products"), .number("with masked part"),
        .number("elementwise"),
      ],
      [
        row("forward", flops.forward, dense.forward, other.forward),
        row("backward", flops.backward, dense.backward, other.backward),
        row("recompute", flops.recompute, dense.recompute, other.recompute),
        row("optimizer", 0, 0, other.optimizer),
      ])
  }

  private var operations: Table {
    Table(
      "Ops of one step",
      [
        .text("op"), .text("stage"), .number("calls"), .number("matrix FLOPs"),
        .number("elementwise FLOPs"), .number("bytes touched"),
      ],
      value.operations.map {
        [
          $0.operation.rawValue, $0.stage.rawValue, $0.calls.grouped, $0.matmul.grouped,
          $0.elementwise.grouped, $0.touchedBytes.grouped,
        ]
      })
  }

  private func experts(_ loads: [Measurement.ExpertLoad]) -> Table {
    Table(
      "Rows of an expert, last forward pass",
      [.text("router"), .number("experts"), .number("fewest"), .number("most"), .number("all")],
      loads.map { load in
        [
          load.path, load.rows.count.grouped, (load.rows.min() ?? 0).grouped,
          (load.rows.max() ?? 0).grouped, load.rows.reduce(0, +).grouped,
        ]
      })
  }

  private func time(_ seconds: Measurement.Seconds) -> Table {
    let flops = value.flops.matmul
    let rate = Double(flops.forward + flops.backward + flops.recompute) / seconds.step / 1e9
    var rows = [
      ["forward", seconds.forward.asSeconds], ["backward", seconds.backward.asSeconds],
      ["optimizer", seconds.optimizer.asSeconds], ["step", seconds.step.asSeconds],
      ["tokens per second", Int(seconds.tokensPerSecond).grouped],
      ["share of matrix products", seconds.productShare.percent(0)],
      ["matrix products over the whole step", rate.decimal(0) + " GFLOP/s"],
    ]
    let peak = value.environment.gemmPeakGFLOPS
    rows.append(["one large matrix product", peak.decimal(0) + " GFLOP/s"])
    if let loss = value.loss, let first = loss.first, let last = loss.last {
      let ends = [first, last].map { $0?.decimal(4) ?? "not a number" }
      rows.append(["loss, first and last step", ends.joined(separator: ", ")])
    }
    return Table("Time, medians over the steps", [.text(""), .number("")], rows)
  }

  private func witness(_ witness: Measurement.Witness) -> Table {
    let share = Double(witness.unaccounted) / Double(max(1, witness.measured))
    return Table(
      "Resident memory: measured = ledger + unaccounted", Self.columns(""),
      [
        row("measured", witness.measured), row("= ledger", witness.ledger),
        [
          "+ unaccounted", witness.unaccounted.grouped, share.percent(2),
        ],
      ])
  }
}

extension Measurement.Peak {
  /// What takes most of the peak, by name.
  var largestTensors: Table {
    Table(
      "Largest tensors at the peak", [.text("path"), .text("category"), .number("bytes")],
      tensors.map { [$0.path, $0.category.rawValue, $0.bytes.grouped] })
  }
}
