import Transformer

extension MeasurementReport {
  /// Every figure on a line of its own, named as in JSON.
  public var records: Table {
    Table(
      nil, [.text("figure"), .number("value")],
      figures.map { [$0.0, String($0.1)] } + machineRecords + rankRecords)
  }

  /// The figures that are the same on every machine, named as in JSON.
  var figures: [(String, Int)] {
    let (bytes, flops) = (value.bytes, value.flops)
    var rows: [(String, Int)] = [
      ("model.parameters", value.model.parameters),
      ("model.activeParameters", value.model.activeParameters),
      ("bytes.parameter", bytes.parameter),
      ("bytes.gradient", bytes.gradient), ("bytes.optimizerState", bytes.optimizerState),
      ("bytes.savedForBackward", bytes.savedForBackward),
    ]
    rows += bytes.savedByRole.map { ("bytes.savedByRole.\($0.role.rawValue)", $0.bytes) }
    rows += [
      ("bytes.peak.total", bytes.peak.total), ("bytes.peak.parameter", bytes.peak.parameter),
      ("bytes.peak.gradient", bytes.peak.gradient),
      ("bytes.peak.optimizerState", bytes.peak.optimizerState),
      ("bytes.peak.activation", bytes.peak.activation),
      ("bytes.peak.temporary", bytes.peak.temporary), ("bytes.peak.input", bytes.peak.input),
    ]
    rows += bytes.peakByPhase.sorted { $0.key < $1.key }.map {
      ("bytes.peakByPhase.\($0.key)", $0.value)
    }
    rows += [
      ("bytes.leaked", bytes.leaked), ("flops.matmul.forward", flops.matmul.forward),
      ("flops.matmul.backward", flops.matmul.backward),
      ("flops.matmul.recompute", flops.matmul.recompute),
      ("flops.matmulDense.forward", flops.matmulDense.forward),
      ("flops.matmulDense.backward", flops.matmulDense.backward),
      ("flops.matmulDense.recompute", flops.matmulDense.recompute),
      ("flops.elementwise.forward", flops.elementwise.forward),
      ("flops.elementwise.backward", flops.elementwise.backward),
      ("flops.elementwise.optimizer", flops.elementwise.optimizer), ("events", value.events),
    ]
    return rows
  }

  /// Times and losses, which a dry run does not have.
  private var machineRecords: [[String]] {
    guard let seconds = value.seconds else { return [] }
    let losses = (value.loss ?? []).enumerated().map { step, loss in
      ["loss.\(step)", loss.map { "\($0)" } ?? ""]
    }
    return [
      ["seconds.forward", "\(seconds.forward)"], ["seconds.backward", "\(seconds.backward)"],
      ["seconds.optimizer", "\(seconds.optimizer)"], ["seconds.step", "\(seconds.step)"],
      ["seconds.tokensPerSecond", "\(seconds.tokensPerSecond)"],
    ] + losses
  }
}
