import Transformer

/// An account of generating text, for people.
public struct GenerationReport: Report {
  /// What was accounted for.
  public let value: Generation

  /// - Parameter generation: what was accounted for.
  public init(_ generation: Generation) { value = generation }

  /// The model and the request.
  public var headline: String? {
    let (model, request) = (value.model, value.recipe)
    let parts =
      [
        "\(model.parameters.grouped) parameters", "batch \(request.batch.grouped)",
        "prompt \(request.prompt.grouped)", request.tokens.counted("token"),
        request.precision.rawValue, "\(request.attention.rawValue) attention",
      ] + (request.weights.map { ["\($0.rawValue) weights"] } ?? [])
      + (request.cache.map { ["\($0.rawValue) cache"] } ?? [])
    return "\(model.name): " + parts.joined(separator: ", ") + "; \(value.mode.rawValue) run"
  }

  /// Memory, the peak, work and time.
  public var tables: [Table] {
    [memory, value.bytes.peak.largestTensors, work] + (value.seconds.map { [time($0)] } ?? [])
  }

  private var memory: Table {
    let bytes = value.bytes
    func row(_ name: String, _ bytes: Int) -> [String] { [name, bytes.grouped, bytes.asBytes] }
    return Table(
      "Memory", [.text(""), .number("bytes"), .number("about")],
      [
        row("parameters", bytes.parameter), row("KV cache", bytes.kvCache),
        row("KV cache, a token of a sequence", bytes.kvCachePerToken),
        row("peak", bytes.peak.total), row("peak while the prompt is read", bytes.peakOfPrefill),
        row("peak while tokens are generated", bytes.peakOfDecode), row("leaked", bytes.leaked),
      ])
  }

  private var work: Table {
    Table(
      "FLOPs of matrix products", [.text(""), .number("FLOPs"), .number("about")],
      [
        ["prompt", value.flops.prefill.grouped, value.flops.prefill.asFLOPs],
        ["tokens after the first", value.flops.decode.grouped, value.flops.decode.asFLOPs],
      ])
  }

  private func time(_ seconds: Generation.Seconds) -> Table {
    Table(
      "Time", [.text(""), .number("")],
      [
        ["prompt", seconds.prefill.asSeconds],
        ["tokens after the first", seconds.decode.asSeconds],
        ["tokens per second", Int(seconds.tokensPerSecond).grouped],
      ])
  }

  /// Every figure on a line of its own, named as in JSON.
  public var records: Table {
    let (bytes, flops) = (value.bytes, value.flops)
    var rows: [[String]] = [
      ("model.parameters", value.model.parameters), ("bytes.parameter", bytes.parameter),
      ("bytes.kvCache", bytes.kvCache), ("bytes.kvCachePerToken", bytes.kvCachePerToken),
      ("bytes.peak.total", bytes.peak.total), ("bytes.peakOfPrefill", bytes.peakOfPrefill),
      ("bytes.peakOfDecode", bytes.peakOfDecode), ("bytes.leaked", bytes.leaked),
      ("flops.prefill", flops.prefill), ("flops.decode", flops.decode), ("events", value.events),
    ].map { [$0.0, String($0.1)] }
    if let seconds = value.seconds {
      rows += [
        ["seconds.prefill", "\(seconds.prefill)"], ["seconds.decode", "\(seconds.decode)"],
        ["seconds.tokensPerSecond", "\(seconds.tokensPerSecond)"],
      ]
    }
    return Table(nil, [.text("figure"), .number("value")], rows)
  }
}
