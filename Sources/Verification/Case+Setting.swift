import Catalogue
import Formulas

extension Case {
  /// The same with another model, or other options and sizes of it.
  ///
  /// - Parameters:
  ///   - setting: the options.
  ///   - sizes: the values of the setting's sizes.
  /// - Throws: `InputError` for sizes that no model has.
  func changed(
    by setting: Claim.Setting, _ sizes: [String: Int]
  ) throws(InputError) -> Case {
    var shape =
      try setting.model.map { name throws(InputError) in try ModelShape(named: name) }
      ?? shape
    shape.apply(setting.shape)
    var (batch, sequence) = (batch, min(sequence, shape.positions))
    for (name, value) in sizes {
      guard (1...ModelShape.largestSize).contains(value) else {
        throw InputError(
          "at", field: name, found: "\(value)", expected: "1 to \(ModelShape.largestSize)")
      }
      switch StandardSymbol(rawValue: name) {
      case .batch: batch = value
      case .sequence: sequence = value
      case .layers:
        shape.layers = value
        if shape.hasEncoder { shape.encoderLayers = value }
      case .hidden: shape.widen(to: value)
      case .heads: (shape.heads, shape.kvHeads) = (value, value)
      case .vocabulary: shape.vocabulary = value
      case .positions: shape.positions = value
      case .feedForward: shape.feedForward = value
      case .kvHeads: shape.kvHeads = value
      default: break
      }
    }
    // A longer text takes as many positions more.
    shape.positions = max(shape.positions, sequence)
    if !sizes.isEmpty { try shape.requireConsistent() }
    if sizes["h"] != nil || sizes["a"] != nil { shape.splitHeads() }
    return Case(shape: shape, batch: batch, sequence: sequence, isReal: isReal)
  }

  /// The same in the run that a reading means.
  func read(as reading: Reading) throws -> Case {
    let sizes = try reading.setting.sizes.mapValues {
      try $0.evaluated(at: bindings).value.integer ?? 0
    }
    return try changed(by: reading.setting, sizes)
  }

  /// The same with options of the model.
  func changed(by options: Claim.ShapeOptions) -> Case {
    var shape = shape
    shape.apply(options)
    return Case(shape: shape, batch: batch, sequence: sequence, isReal: isReal)
  }
}

extension ModelShape {
  fileprivate mutating func apply(_ options: Claim.ShapeOptions) {
    switch options.family {
    case .llama where family != .llama: becomeLlama()
    case .transformer where family != .marian: becomeEncoderDecoder()
    default: break
    }
    if let tied = options.tied { tiedHead = tied }
    if options.biases == false { architecture.biases = .none }
  }

  private mutating func becomeLlama() {
    family = .llama
    architecture = .llama
    architecture.position = .rotary(dimensions: headDimension, theta: 10_000)
    tiedHead = false
  }

  private mutating func becomeEncoderDecoder() {
    family = .marian
    architecture = Preset.named("transformer-base")!.shape.architecture
    architecture.embeddingScale = Float(hidden).squareRoot()
    (encoderLayers, tiedHead) = (layers, true)
  }

  /// Another hidden size, the feed-forward size in proportion.
  fileprivate mutating func widen(to size: Int) {
    feedForward = feedForward * size / hidden
    hidden = size
  }

  /// The hidden size divided among the heads.
  fileprivate mutating func splitHeads() {
    headDimension = hidden / heads
    if case .rotary(_, let theta) = architecture.position {
      architecture.position = .rotary(dimensions: headDimension, theta: theta)
    }
  }
}
