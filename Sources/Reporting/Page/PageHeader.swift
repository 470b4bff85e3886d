import Transformer

/// What a reader sees first: what ran, and its totals.
struct PageHeader {
  let measurement: Measurement

  /// The heading, a sentence, and the figures.
  var html: HTML {
    """
    <h1>What a training step of \(measurement.model.name) uses</h1>
    <p>\(MeasurementReport(measurement).headline ?? "")</p>
    <dl class="figures">\(figures)</dl>
    """
  }

  private var figures: [HTML] {
    let (bytes, flops) = (measurement.bytes, measurement.flops.matmul)
    return [
      figure(
        "parameters", measurement.model.parameters.abbreviated,
        measurement.model.parameters.grouped),
      figure("peak", bytes.peak.total.asBytes, "\(bytes.peak.total.grouped) bytes"),
      figure(
        "saved for backward", bytes.savedForBackward.asBytes,
        "\(bytes.savedForBackward.grouped) bytes"),
      figure("forward", flops.forward.asFLOPs, "\(flops.forward.grouped) FLOPs"),
      figure(
        "backward", (flops.backward + flops.recompute).asFLOPs,
        "\((flops.backward + flops.recompute).grouped) FLOPs"),
      figure("left at the end", bytes.leaked.asBytes, "\(measurement.events.grouped) events"),
    ]
  }

  private func figure(_ name: String, _ value: String, _ exactly: String) -> HTML {
    "<div><dt>\(name)</dt><dd>\(value)<small>\(exactly)</small></dd></div>"
  }
}

extension Int {
  /// A number of parameters as people say it: 124.4 M.
  fileprivate var abbreviated: String {
    let steps = [(1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1000, "k")]
    guard let (step, letter) = steps.first(where: { self >= $0.0 }) else { return "\(self)" }
    return (Double(self) / Double(step)).decimal(1) + " " + letter
  }
}
