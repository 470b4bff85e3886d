import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Generating with a KV cache: the same numbers as without, and its bytes.
@Suite struct GenerationTests {
  @Test("A dry run makes no tokens, however many it accounts for", .timeLimit(.minutes(1)))
  func dryTokens() throws {
    var request = Generation.Request()
    // 8 bytes for each of 32 tokens of the prompt would be 25.6 GB.
    request.batch = 100_000_000
    let shape = try ModelShape(named: "gpt2-tiny")
    #expect(try Generation.run(shape, request, dry: true).bytes.leaked == 0)
  }

  /// Logits at every position, read in chunks of these sizes, against transformers' logits.
  @Test(
    "Reading token by token, or in chunks, gives the logits of reading all at once",
    arguments: FamiliesTests.decoders, [[1, 1, 1, 1, 1, 1, 1], [3, 1, 3], [7]])
  func chunks(_ family: String, _ sizes: [Int]) throws {
    for attention in Recipe.Attention.allCases {
      let (shape, reference) = try FamiliesTests.load(family)
      let engine = try Engine(expecting: 1 << 20)
      var recipe = Recipe()
      (recipe.batch, recipe.attention) = (reference.batch, attention)
      var generator = Generator(shape, recipe, capacity: reference.sequence, on: engine)
      var number = 0
      generator.model.forEachParameter { parameter in
        let base =
          parameter.path.hasSuffix("Norm.weight") ? 1 - shape.architecture.normShift : 0
        parameter.value.assign(
          ReferenceWeights.values(
            parameter: number, count: parameter.value.count, base: base))
        number += 1
      }
      let (b, s, V) = (reference.batch, reference.sequence, shape.vocabulary)
      for size in sizes {
        let first = generator.position
        let tokens = (0..<b).flatMap { row in
          (first..<first + size).map { reference.tokens[row * s + $0] }
        }
        let logits = generator.read(tokens, count: size)
        let expected = (0..<b).flatMap { row in
          let at = (row * s + first + size - 1) * V
          return reference.logits.values[at..<at + V]
        }
        let largest = reference.logits.values.map(abs).max() ?? 1
        let error = relativeError(logits.values(), expected, size: largest)
        #expect(error <= FamiliesTests.tolerance)
      }
    }
  }

  @Test(
    "The cache takes 2·b·s·l·g·d elements of 4 bytes",
    arguments: ["gpt2", "llama-2-70b", "falcon-7b", "mistral-7b", "qwen3-0.6b"])
  func cacheBytes(_ name: String) throws {
    let shape = try ModelShape(named: name)
    var request = Generation.Request()
    (request.batch, request.prompt, request.tokens) = (3, 100, 21)
    let bytes = try Generation.run(shape, request, dry: true).bytes
    // The last of the 21 tokens is not read: s = 100 + 20.
    let elements = 2 * 3 * 120 * shape.layers * shape.kvHeads * shape.headDimension
    #expect(bytes.kvCache == 4 * elements)
    #expect(bytes.kvCachePerToken * 3 * 120 == bytes.kvCache)
  }

  @Test("Llama-2 70B with 8 of 64 heads kept takes an eighth of what all would")
  func groupedQueries() throws {
    var request = Generation.Request()
    (request.prompt, request.tokens) = (4095, 2)
    let shape = try ModelShape(named: "llama-2-70b")
    let bytes = try Generation.run(shape, request, dry: true).bytes
    // 2 · 4096 · 80 · 8 · 128 · 4 = 2,684,354,560
    #expect(bytes.kvCache == 2_684_354_560)
    var all = shape
    all.kvHeads = all.heads
    #expect(try Generation.run(all, request, dry: true).bytes.kvCache == 8 * 2_684_354_560)
  }

  @Test("A token costs 2 FLOPs for each weight that multiplies, and 4·h for each token before it")
  func decodeFLOPs() throws {
    let shape = try ModelShape(named: "gpt2")
    var request = Generation.Request()
    (request.prompt, request.tokens) = (10, 2)
    let flops = try Generation.run(shape, request, dry: true).flops
    // 12 blocks of 12·768² = 7,077,888 weights, and a head of 50257·768 = 38,597,376:
    // 84,934,656 + 38,597,376 = 123,532,032, times 2; the second token sees 11: 12·4·768·11.
    #expect(flops.decode == 2 * 123_532_032 + 12 * 4 * 768 * 11)
  }

  @Test("A dry run leaves the events of a real one", arguments: FamiliesTests.decoders)
  func dryEqualsReal(_ family: String) throws {
    let (shape, _) = try FamiliesTests.load(family)
    for attention in Recipe.Attention.allCases {
      var request = Generation.Request()
      (request.batch, request.prompt, request.tokens) = (2, 5, 4)
      request.attention = attention
      let real = try Generation.run(shape, request, dry: false)
      let dry = try Generation.run(shape, request, dry: true)
      #expect(real.events == dry.events)
      #expect(real.flops == dry.flops)
      #expect(real.bytes.peak.total == dry.bytes.peak.total)
      #expect(real.bytes.peakOfDecode == dry.bytes.peakOfDecode)
      #expect(real.bytes.leaked == 0 && dry.bytes.leaked == 0)
      #expect(real.tokens?.map(\.count) == [4, 4])
    }
  }

  @Test("More tokens than positions are refused")
  func positions() throws {
    let shape = try ModelShape(named: "gpt2-tiny")
    var request = Generation.Request()
    (request.prompt, request.tokens) = (60, 6)
    let error = #expect(throws: InputError.self) {
      try Generation.run(shape, request, dry: true)
    }
    // 60 that are read, and 5 of the 6 that are generated: 65 of 64.
    #expect(
      error?.description
        == "--prompt: found 60, and 6 tokens to be generated; expected at most 65 together: the "
        + "last token is not read, and gpt2-tiny has 64 positions")
  }
}
