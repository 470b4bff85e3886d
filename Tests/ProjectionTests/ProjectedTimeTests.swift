import Catalogue
import Testing

@testable import Projection

/// How long an update takes.
@Suite struct ProjectedTimeTests {
  private func shape() throws -> ModelShape {
    try ModelShape(
      name: "small", layers: 8, hidden: 512, heads: 8, vocabulary: 1024, positions: 256)
  }

  private func recipe(_ recompute: Recompute = .none) -> Recipe {
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.recompute) = (256, .bf16, recompute)
    recipe.convention = .megatron
    return recipe
  }

  private func time(
    _ recipe: Recipe, _ options: TimeOptions = TimeOptions(), _ change: (inout Layout) -> Void
  ) throws -> ProjectedTime {
    var layout = Layout()
    change(&layout)
    try layout.validate(for: shape(), recipe)
    return try ProjectedTime(
      shape(), layout.recipe(recipe), layout, on: Device(named: "a100-80gb"), options)
  }

  private static let layouts: [@Sendable (inout Layout) -> Void] = [
    { $0.globalBatch = 4 },
    { ($0.data, $0.zero, $0.globalBatch) = (4, .parameters, 16) },
    { ($0.tensor, $0.sequenceParallel, $0.globalBatch) = (4, true, 4) },
    { ($0.pipeline, $0.globalBatch) = (4, 12) },
    { ($0.pipeline, $0.virtual, $0.globalBatch) = (2, 2, 8) },
    { ($0.data, $0.tensor, $0.pipeline, $0.globalBatch) = (2, 2, 2, 16) },
  ]

  @Test("The terms add up to the time, each with what it is known from", arguments: layouts)
  func terms(_ change: @Sendable (inout Layout) -> Void) throws {
    let time = try time(recipe(), TimeOptions(), change)
    #expect(time.terms.reduce(0) { $0 + $1.seconds } == time.iterationSeconds)
    #expect(time.terms.allSatisfy { !$0.source.isEmpty })
    #expect(time.iterationSeconds > 0 && time.mfu > 0 && time.mfu < 1)
    #expect(time.hfu == time.mfu)
  }

  @Test("Model FLOPs are those of Korthikanti et al., equation 7")
  func modelFLOPs() throws {
    let time = try time(recipe(.full)) { ($0.data, $0.tensor, $0.globalBatch) = (2, 2, 8) }
    // 72·B·s·l·h²·(1 + s/6h + V/12hl), B = 8, s = 256, l = 8, h = 512, V = 1024.
    let (b, s, l, h, v) = (8.0, 256.0, 8.0, 512.0, 1024.0)
    let attention = s / (6 * h)
    let head = v / (12 * h * l)
    let layers = b * s * l * h * h
    // They are integers, but for the rounding of these quotients.
    let model = (72 * layers * (1 + attention + head)).rounded()
    #expect(time.conventions.first { $0.convention == .model }?.flops == model)
    // Recomputing the layers adds 24·B·s·l·h²·(1 + s/6h) (Narayanan et al., equation 3).
    let again = (24 * layers * (1 + attention)).rounded()
    #expect(time.conventions.first { $0.convention == .hardware }?.flops == model + again)
    // The two are quotients of these and the same denominator.
    #expect(abs(time.hfu / time.mfu - (model + again) / model) < 1e-12)
  }

  @Test("Interleaving shortens the bubble, and its ideal is (p−1)/(v·m)")
  func interleaving() throws {
    let plain = try time(recipe()) { ($0.pipeline, $0.globalBatch) = (4, 8) }
    let interleaved = try time(recipe()) {
      ($0.pipeline, $0.virtual, $0.globalBatch) = (4, 2, 8)
    }
    #expect(plain.idealBubbleFraction == 3.0 / 8)
    #expect(interleaved.idealBubbleFraction == 3.0 / 16)
    #expect(interleaved.bubbleFraction < plain.bubbleFraction)
  }

  @Test("Replicas' messages take less where they pass while products run")
  func overlap() throws {
    var (hidden, exposed) = (TimeOptions(), TimeOptions())
    (hidden.overlap, exposed.overlap) = ([.data], [])
    let layout: (inout Layout) -> Void = { ($0.data, $0.globalBatch) = (8, 8) }
    #expect(
      try time(recipe(), hidden, layout).iterationSeconds
        < time(recipe(), exposed, layout).iterationSeconds)
  }

  @Test("A checkpoint that stops early leaves out one product of each layer")
  func earlyStop() throws {
    var (whole, early) = (TimeOptions(), TimeOptions())
    var kernels = KernelSet.pytorch
    whole.kernels = kernels
    kernels.stopsRecomputeEarly = true
    early.kernels = kernels
    let layout: (inout Layout) -> Void = { $0.globalBatch = 4 }
    let long = try time(recipe(.full), whole, layout)
    let short = try time(recipe(.full), early, layout)
    #expect(short.mfu > long.mfu)
    func again(_ time: ProjectedTime) throws -> Double {
      func flops(_ convention: FLOPConvention) throws -> Double {
        try #require(time.conventions.first { $0.convention == convention }?.flops)
      }
      return try flops(.hardware) - flops(.model)
    }
    // 2·B·s·h·4h for each of l layers: B = 4, s = 256, h = 512, l = 8.
    let last = 2.0 * 4 * 256 * 512 * 2048 * 8
    #expect(try again(long) - again(short) == last)
    // Nothing is left out where nothing is computed again.
    #expect(
      try time(recipe(), whole, layout).iterationSeconds
        == time(recipe(), early, layout).iterationSeconds)
  }

  @Test("Training takes as many updates as make up the tokens")
  func training() throws {
    var options = TimeOptions()
    options.tokens = 1e9
    let time = try time(recipe(), options) { $0.globalBatch = 4 }
    let seconds = try #require(time.trainingSeconds)
    // 1e9 tokens in updates of 4·256; two orders of the same operations differ by rounding.
    #expect(abs(seconds / (1e9 / 1024 * time.iterationSeconds) - 1) < 1e-12)
  }

  @Test("Options that cannot be reckoned with are refused")
  func refused() {
    var options = TimeOptions()
    options.utilisation = 0
    #expect(throws: InputError.self) { try options.validate() }
    options = TimeOptions()
    options.tokens = -.infinity
    #expect(throws: InputError.self) { try options.validate() }
  }

  @Test("The least and the greatest that is accepted give times that are finite")
  func finite() throws {
    var options = TimeOptions()
    (options.tokens, options.utilisation, options.networkBandwidth) = (1e30, 1e-9, 1)
    try options.validate()
    let time = try time(recipe(), options) { ($0.data, $0.globalBatch) = (16, 16) }
    #expect(time.trainingSeconds?.isFinite == true)
    #expect(time.textbook.trainingSeconds?.isFinite == true)
    options.tokens = 1e31
    #expect(throws: InputError.self) { try options.validate() }
    options.tokens = nil
    options.utilisation = 1e-300
    #expect(throws: InputError.self) { try options.validate() }
  }
}
