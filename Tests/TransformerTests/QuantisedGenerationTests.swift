import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Inference with weights as integers, and with caches of fewer bytes.
@Suite struct QuantisedGenerationTests {
  private static func request(_ change: (inout Generation.Request) -> Void) -> Generation.Request {
    var request = Generation.Request()
    (request.batch, request.prompt, request.tokens) = (2, 20, 9)
    change(&request)
    return request
  }

  @Test("A cache in fp16 takes 2 bytes for an element; in int8 one, and 4 for each row's scale")
  func cacheBytes() throws {
    let shape = try ModelShape(named: "llama-2-70b")
    // 20 tokens are read and 8 of the 9 generated: s = 28.
    let rows = 2 * 2 * 28 * shape.layers * shape.kvHeads
    for (cache, width) in [(Generation.Request.Cache.fp16, 2 * 128), (.int8, 128 + 4)] {
      let request = Self.request { $0.cache = cache }
      #expect(try Generation.run(shape, request, dry: true).bytes.kvCache == rows * width)
    }
  }

  @Test("Weights in int8 take a byte and a scale for each row; in int4 half, and one for every 128")
  func weightBytes() throws {
    let shape = try ModelShape(named: "llama-2-7b")
    let (h, f, l, V) = (4096, 11_008, 32, 32_000)
    // Linear layers: 4h² of attention (rows 4h) and 3hf of the network (rows 2f + h).
    let elements = l * (4 * h * h + 3 * h * f)
    let rows = l * (4 * h + 2 * f + h)
    // Embedding and head V·h each, and 2l + 1 norms, in 4 bytes.
    let others = 4 * (2 * V * h + (2 * l + 1) * h)
    let int8 = try Generation.run(shape, Self.request { $0.weights = .int8 }, dry: true)
    #expect(int8.bytes.parameter == elements + 4 * rows + others)
    let int4 = try Generation.run(shape, Self.request { $0.weights = .int4 }, dry: true)
    #expect(int4.bytes.parameter == elements / 2 + 4 * elements / 128 + others)
    #expect(int4.model.parameters == elements + 2 * V * h + (2 * l + 1) * h)
  }

  /// Logits of a prompt, and of one more token read with the cache.
  private static func logits(
    _ change: (inout Generation.Request) -> Void
  ) throws -> [Float] {
    let engine = try Engine(expecting: 1 << 22)
    var recipe = Recipe()
    recipe.batch = 2
    var generator = Generator(
      try ModelShape(named: "gpt2-mini"), recipe, request(change).formats, capacity: 25,
      on: engine)
    var random = SplitMix64(seed: 2)
    _ = generator.read(random.indices(48, below: 256), count: 24)
    return generator.read(random.indices(2, below: 256), count: 1).values()
  }

  /// A way to store, and by how much each operand of a product is rounded, relative to its size:
  /// half a step, where the largest of a group of normal numbers is about 3 deviations (of 128) or
  /// 2.5 (of a head of 16 to 64), over √3 for an even spread.
  static let stores: [(name: String, Double, @Sendable (inout Generation.Request) -> Void)] = [
    ("int8 weights", 3 / 127.0 / 2, { $0.weights = .int8 }),
    ("int4 weights", 3 / 7.0 / 2, { $0.weights = .int4 }),
    ("fp16 cache", 0x1p-11, { $0.cache = .fp16 }),
    ("int8 cache", 3 / 127.0 / 2, { $0.cache = .int8 }),
    ("bf16", 0x1p-8, { $0.precision = .bf16Pure }),
    (
      "fp16 with int8", 3 / 127.0 / 2,
      { ($0.precision, $0.weights, $0.cache) = (.fp16, .int8, .int8) }
    ),
  ]

  @Test("Logits are those of fp32 within rounding", arguments: stores)
  func accuracy(store: (name: String, Double, @Sendable (inout Generation.Request) -> Void)) throws
  {
    let exact = try Self.logits { _ in }
    let values = try Self.logits(store.2)
    let squares = zip(values, exact).reduce(0.0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
    }
    let error = (squares / exact.reduce(0.0) { $0 + Double($1) * Double($1) }).squareRoot()
    // Four layers of four products one after the other, whose errors are independent: √16 times one.
    #expect(error <= 4 * store.1, "\(store.name)")
    #expect(error > 0)
  }

  @Test("A dry run leaves the events of a real one", arguments: stores)
  func dryEqualsReal(
    store: (name: String, Double, @Sendable (inout Generation.Request) -> Void)
  ) throws {
    let shape = try ModelShape(named: "gpt2-mini")
    for attention in Recipe.Attention.allCases {
      let request = Self.request {
        store.2(&$0)
        $0.attention = attention
      }
      let (real, dry) = (
        try Generation.run(shape, request, dry: false),
        try Generation.run(shape, request, dry: true)
      )
      #expect(real.events == dry.events)
      #expect(real.bytes.peak.total == dry.bytes.peak.total)
      #expect(real.bytes.parameter == dry.bytes.parameter)
      #expect(real.bytes.leaked == 0)
    }
  }

  @Test("Integers for a model with experts are refused")
  func experts() throws {
    let error = #expect(throws: InputError.self) {
      try Generation.run(
        ModelShape(named: "mixtral-8x7b"), Self.request { $0.weights = .int8 }, dry: true)
    }
    #expect(
      error?.description
        == "--weights: found int8 for mixtral-8x7b, which has experts; expected a model without "
        + "experts, whose weights are the linear layers'")
  }
}
