import Catalogue

extension RankTest {
  /// A GPT and a Llama, each with all layouts of so many ranks; a Mixtral with those in which replicas
  /// share the experts; and the GPT and the Llama with those in which ranks share sequences, the one
  /// with whole rows of scores and the other in tiles.
  public static func all(ranks: Int) throws -> [RankTest] {
    let layouts = layouts(ranks: ranks)
    return try [gpt, llama].flatMap { try tests($0, layouts) }
      + tests(mixtral, layouts.flatMap(sharingExperts)) { $0.capacityFactor = 1 }
      + tests(gpt, layouts.flatMap(sharingSequences)) { $0.sequence = 16 }
      + tests(llama, layouts.flatMap(sharingSequences)) {
        ($0.sequence, $0.attention) = (16, .flash)
      }
  }

  private static func tests(
    _ model: (_ layers: Int) throws -> ModelShape, _ layouts: [Layout],
    _ change: (inout Recipe) -> Void = { _ in }
  ) throws -> [RankTest] {
    var recipe = Recipe()
    recipe.sequence = 8
    change(&recipe)
    return try layouts.map { layout in
      let shape = try model(max(2, layout.partCount))
      try layout.validate(for: shape, recipe)
      return RankTest(shape, layout, recipe)
    }
  }

  /// Tied head, learned positions, biases, LayerNorm; 8 of everything, so that 8 ranks divide it.
  public static func gpt(layers: Int = 4) throws -> ModelShape {
    try ModelShape(
      name: "gpt", layers: layers, hidden: 16, heads: 8, vocabulary: 40, positions: 16)
  }

  /// A head of its own, rotary positions, no biases, RMS norm, a gate, shared keys and values.
  public static func llama(layers: Int = 4) throws -> ModelShape {
    var shape = try ModelShape(named: "llama-2-7b")
    (shape.name, shape.layers) = ("llama", layers)
    (shape.hidden, shape.heads, shape.kvHeads) = (32, 16, 8)
    (shape.headDimension, shape.feedForward, shape.vocabulary) = (4, 24, 40)
    shape.positions = 16
    shape.architecture.position = .rotary(dimensions: 4, theta: 10_000)
    return shape
  }

  /// Four experts, of which a row goes to two.
  public static func mixtral(layers: Int = 4) throws -> ModelShape {
    var shape = try llama(layers: layers)
    shape.name = "mixtral"
    shape.architecture.experts = Architecture.Experts(count: 4, perToken: 2)
    return shape
  }

  /// The layout with every number of replicas that can share four experts, under one schedule.
  private static func sharingExperts(_ layout: Layout) -> [Layout] {
    guard layout.schedule == .oneForwardOneBackward, layout.virtual == 1 else { return [] }
    return [2, 4].filter { layout.data % $0 == 0 }.map { expert in
      var layout = layout
      layout.expert = expert
      return layout
    }
  }

  /// The layout with every number of ranks that can share sequences instead of having others, under
  /// one schedule, and with weights whole or divided.
  private static func sharingSequences(_ layout: Layout) -> [Layout] {
    guard layout.schedule == .oneForwardOneBackward, layout.virtual == 1,
      layout.zero == .none || layout.zero == .parameters
    else { return [] }
    return divisors(of: layout.data).dropFirst().map { context in
      var layout = layout
      (layout.data, layout.context) = (layout.data / context, context)
      layout.globalBatch /= context
      return layout
    }
  }

  /// Every way to spread layers and sequences over so many ranks.
  private static func layouts(ranks: Int) -> [Layout] {
    var layouts: [Layout] = []
    for tensor in divisors(of: ranks) {
      for pipeline in divisors(of: ranks / tensor) {
        var layout = Layout()
        (layout.tensor, layout.pipeline) = (tensor, pipeline)
        layout.data = ranks / tensor / pipeline
        layouts += variants(of: layout)
      }
    }
    return layouts
  }

  private static func variants(of layout: Layout) -> [Layout] {
    var variants: [Layout] = []
    for zero in Layout.ZeRO.allCases where zero == .none || layout.data > 1 {
      for isDivided in [false, true] where !isDivided || layout.tensor > 1 {
        for (schedule, chunks) in [
          (Layout.Schedule.gpipe, 1), (.oneForwardOneBackward, 1), (.oneForwardOneBackward, 2),
        ]
        where layout.pipeline > 1 || (schedule == .oneForwardOneBackward && chunks == 1) {
          var variant = layout
          (variant.zero, variant.sequenceParallel) = (zero, isDivided)
          (variant.schedule, variant.virtual) = (schedule, chunks)
          // Enough micro-batches for a stage to take turns.
          variant.globalBatch = layout.data * layout.pipeline * (chunks == 1 ? 1 : 2)
          variants.append(variant)
        }
      }
    }
    return variants
  }

  private static func divisors(of number: Int) -> [Int] {
    (1...number).filter { number % $0 == 0 }
  }
}
