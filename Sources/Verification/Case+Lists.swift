import Catalogue
import Formulas

extension Case {
  /// Miniatures that run for real. No two of their sizes are in the same proportion, so that a
  /// formula that is right at all of them is not right by accident.
  static let probes: [Case] = [
    probe(b: 2, s: 12, h: 32, a: 4, l: 2, V: 61, T: 16),
    probe(b: 3, s: 7, h: 24, a: 3, l: 3, V: 50, T: 9),
    probe(b: 1, s: 33, h: 64, a: 8, l: 1, V: 101, T: 64),
    probe(b: 5, s: 4, h: 20, a: 10, l: 4, V: 300, T: 11),
    probe(b: 2, s: 20, h: 40, a: 5, l: 2, V: 97, T: 23),
    probe(b: 4, s: 10, h: 48, a: 2, l: 5, V: 19, T: 40),
  ]

  /// The same with feed-forward layers that are not four times as wide as the model, for formulas
  /// that speak of `f`.
  static let probesOfFeedForward: [Case] = [
    probe(b: 2, s: 12, h: 32, a: 4, l: 2, V: 61, T: 16, f: 80),
    probe(b: 3, s: 10, h: 48, a: 12, l: 2, V: 211, T: 20, f: 200),
  ]

  /// The miniatures that a claim is held to; where it speaks of f, also those where that is not 4·h.
  ///
  /// - Throws: `InputError` for a claim about more ranks than a dry run goes through.
  static func probes(for claim: Claim) throws(InputError) -> [Case] {
    let symbols = (claim.expression?.freeSymbols(where: claim.substitutions) ?? [])
      .union(claim.measured?.freeSymbols(where: claim.substitutions) ?? [])
    let cases = probes + (symbols.contains("f") ? probesOfFeedForward : [])
    return try cases.map { (probe) throws(InputError) in
      try probe.changed(by: claim.shape).multiplied(for: claim)
    }
  }

  /// The miniatures that tell the formulas of what a claim measured; none for a model of a family
  /// that has no miniatures.
  ///
  /// - Throws: `InputError` as `probes(for:)` does.
  static func miniatures(for claim: Claim) throws(InputError) -> [Case] {
    let family = claim.model.flatMap(Preset.named)?.shape.family
    switch family {
    case .gpt2, nil: return try probes(for: claim)
    case .llama:
      return (probes + probesOfFeedForward).map { $0.changed(by: .init(family: .llama)) }
    default: return []
    }
  }

  /// The published models at their full length and at an eighth of it, for formulas that are meant
  /// to be approximately right at real sizes.
  static func published(for claim: Claim) -> [Case] {
    [1, 8].flatMap { divisor in
      presets(for: claim).map {
        Case(shape: $0, batch: 1, sequence: $0.positions / divisor, isReal: false)
      }
    }
  }

  /// The published models with eight times as many positions, for regimes of long sequences.
  static func long(for claim: Claim) -> [Case] {
    presets(for: claim).map { shape in
      var shape = shape
      shape.positions *= 8
      shape.name += " with \(shape.positions) positions"
      return Case(shape: shape, batch: 1, sequence: shape.positions, isReal: false)
    }
  }

  private static func presets(for claim: Claim) -> [ModelShape] {
    let names: [String]
    switch claim.shape.family {
    case .llama: names = ["llama-7b", "llama-13b", "llama-33b", "llama-65b"]
    case .transformer: names = ["transformer-base", "transformer-big"]
    case .gpt2, nil: names = ["gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl", "gpt3-175b"]
    }
    return names.compactMap { Preset.named($0)?.shape }
  }

  private static func probe(
    b: Int, s: Int, h: Int, a: Int, l: Int, V: Int, T: Int, f: Int? = nil
  ) -> Case {
    do {
      let shape = try ModelShape(
        name: "probe", layers: l, hidden: h, heads: a, feedForward: f, vocabulary: V, positions: T)
      return Case(shape: shape, batch: b, sequence: s, isReal: true)
    } catch {
      preconditionFailure("a probe is malformed: \(error)")
    }
  }

  /// The model of a claim's own example: the preset that it names, or that has its sizes; or one
  /// made of its inputs. Nil if it has no example.
  init?(ownOf claim: Claim) throws(InputError) {
    let inputs = claim.inputs.compactMapValues(\.integer)
    guard var shape = try Self.shape(inputs, claim.model) else { return nil }
    let sequence = inputs["s"] ?? shape.positions
    // A source may train a model on longer texts than it was made for.
    shape.positions = max(shape.positions, sequence)
    let plain = Case(shape: shape, batch: inputs["b"] ?? 1, sequence: sequence, isReal: false)
    self = plain.changed(by: claim.shape)
  }

  private static func shape(
    _ inputs: [String: Int], _ model: String?
  ) throws(InputError) -> ModelShape? {
    if let model { return try ModelShape(named: model) }
    guard let hidden = inputs["h"] else { return nil }
    let sizes = ["h", "l", "V", "a", "T", "f"]
    for shape in Preset.all.map(\.shape) where shape.family == .gpt2 {
      let symbols = Case(shape: shape, batch: 1, sequence: 1, isReal: false).symbols
      if sizes.allSatisfy({ inputs[$0] == nil || inputs[$0] == symbols[$0] }) { return shape }
    }
    return try ModelShape(
      name: "its own example", layers: inputs["l"] ?? 1, hidden: hidden,
      heads: inputs["a"] ?? max(1, hidden / 64), feedForward: inputs["f"],
      vocabulary: inputs["V"] ?? 50257, positions: inputs["T"] ?? max(1024, inputs["s"] ?? 0))
  }
}
