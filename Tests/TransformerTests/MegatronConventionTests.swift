import Catalogue
import Instrument
import Testing
import Transformer

/// What the convention `megatron` holds that others do not.
@Suite struct MegatronConventionTests {
  private func shape(vocabulary: Int = 64, layers: Int = 4) throws -> ModelShape {
    try ModelShape(
      name: "tiny", layers: layers, hidden: 16, heads: 4, vocabulary: vocabulary, positions: 8)
  }

  private func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.convention) = (2, 8, .megatron)
    (recipe.precision, recipe.gradientPrecision) = (.bf16, .fp32)
    change(&recipe)
    return recipe
  }

  /// What is left when an update is over, and what was most.
  private struct Account {
    let ledger: Ledger
    let saved: Int
    /// Bytes of each category between updates.
    let between: [Catalogue.Category: Int]
  }

  private func run(
    _ shape: ModelShape, _ recipe: Recipe, _ rank: Rank = .alone
  ) throws -> Account {
    let engine = Engine(dry: Ledger(), rank: rank)
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    _ = training.step()
    let between = Dictionary(
      uniqueKeysWithValues: Catalogue.Category.allCases.map { ($0, engine.ledger.bytes(of: $0)) })
    return Account(
      ledger: engine.ledger, saved: training.afterForward.savedForBackward, between: between)
  }

  /// The most that was alive without the workspaces in which 16 bits are widened.
  private func highest(_ account: Account) -> Int {
    var (alive, highest) = (0, 0)
    for event in account.ledger.events where event.role != .productWorkspace {
      alive += event.bytes
      highest = max(highest, alive)
    }
    return highest
  }

  @Test("Logits and their copy in 32 bits are there at once: 6 bytes for each")
  func logits() throws {
    let (small, large) = (
      try run(shape(vocabulary: 4096), recipe { $0.batch = 16 }),
      try run(shape(vocabulary: 8192), recipe { $0.batch = 16 })
    )
    // A token more costs h = 16 weights of 2 + 4 + 4 + 4 + 4 bytes (weight, gradient, master,
    // moments), and in each of b·s = 128 rows a logit of 2 bytes and its copy of 4.
    #expect(highest(large) - highest(small) == 4096 * (16 * 18 + 128 * (2 + 4)))
    // The copy is what backward needs.
    #expect(large.saved - small.saved == 4096 * 128 * 4)
  }

  @Test("Gradients are there from the start to the end, 4 bytes for each weight")
  func gradients() throws {
    let account = try run(shape(), recipe())
    let weights = try #require(account.between[.parameter]) / 2
    #expect(account.between[.gradient] == 4 * weights)
    let loaded = account.ledger.events.filter { $0.phase == .load && $0.category == .gradient }
    #expect(loaded.reduce(0) { $0 + $1.bytes } == 4 * weights)
  }

  @Test("In fp16 the update's copies of the gradients stay until the next step")
  func copies() throws {
    let account = try run(
      shape(), recipe { ($0.precision, $0.gradientPrecision) = (.fp16, .both) })
    let weights = try #require(account.between[.parameter]) / 2
    // 2 bytes, and 4 of the copy.
    #expect(account.between[.gradient] == (2 + 4) * weights)
  }

  @Test("A part keeps the stream that it got last, and its gradient, for each part of a stage")
  func received() throws {
    for chunks in [1, 2] {
      var layout = Layout()
      (layout.pipeline, layout.virtual, layout.globalBatch) = (2, chunks, 4)
      (layout.microbatch, layout.zero) = (1, .none)
      let last = Rank(1, of: layout)
      let account = try run(
        shape(), recipe { ($0.batch, $0.accumulate) = (1, 4) }, last)
      // b·s = 8 rows of h = 16 elements of 2 bytes, twice for each part.
      #expect(account.between[.temporary] == chunks * 2 * 8 * 16 * 2)
      #expect(account.between[.activation] == 0)
    }
  }

  @Test("A gated network keeps its two projections and their product")
  func gated() throws {
    var gated = try shape()
    gated.architecture.isGated = true
    let fused = try run(gated, recipe()).saved
    let apart = try run(gated, recipe { $0.convention.keepsGatedActivation = true }).saved
    // 4 layers of 16 rows of f = 64 elements of 2 bytes.
    #expect(apart - fused == 4 * 16 * 64 * 2)
  }

  @Test("What tiled attention wrote stays beside the context, of two sequences and more")
  func flashOutput() throws {
    func saved(batch: Int, keeps: Bool) throws -> Int {
      try run(
        shape(),
        recipe { ($0.batch, $0.attention, $0.convention.keepsFlashOutput) = (batch, .flash, keeps) }
      ).saved
    }
    // 4 layers of 2·8 rows of 16 elements of 2 bytes.
    #expect(
      try saved(batch: 2, keeps: true) - saved(batch: 2, keeps: false) == 4 * 2 * 8 * 16 * 2)
    #expect(try saved(batch: 1, keeps: true) == saved(batch: 1, keeps: false))
  }

  @Test("Attention that is not fused takes its softmax in 32 bits: 7 bytes of each score, not 5")
  func softmax() throws {
    func saved(sequence: Int, inSingle: Bool) throws -> Int {
      try run(
        shape(),
        recipe {
          ($0.sequence, $0.dropout, $0.convention.softmaxInSingle) = (sequence, 0.1, inSingle)
        }
      ).saved
    }
    func scores(_ inSingle: Bool) throws -> Int {
      // b·a·s² is the only part that grows with the square: f(8) - 2·f(4) = c·(8² - 2·4²)·b·a·l.
      let (long, short) = (
        try saved(sequence: 8, inSingle: inSingle), try saved(sequence: 4, inSingle: inSingle)
      )
      return (long - 2 * short) / ((64 - 32) * 2 * 4 * 4)
    }
    #expect(try scores(false) == 5)
    #expect(try scores(true) == 7)
  }

  @Test("A mask that comes with the batch is b·s² bytes, of the first part and of the last")
  func mask() throws {
    var layout = Layout()
    (layout.pipeline, layout.globalBatch) = (4, 2)
    for stage in 0..<4 {
      let rank = Rank(stage, of: layout)
      let plain = try run(shape(), recipe(), rank).ledger.highest[.input, default: 0]
      let masked = try run(shape(), recipe { $0.loadsMask = true }, rank)
        .ledger.highest[.input, default: 0]
      #expect(masked - plain == (stage == 0 || stage == 3 ? 2 * 8 * 8 : 0))
    }
  }

  @Test("Parts may have different numbers of layers, and none")
  func partLayers() throws {
    var layout = Layout()
    (layout.pipeline, layout.virtual, layout.globalBatch) = (2, 2, 2)
    layout.partLayers = [0, 1, 2, 1]
    let shape = try shape()
    try layout.validate(for: shape, recipe())
    // Stage 0 has parts 0 and 2, stage 1 has parts 1 and 3.
    for (stage, blocks) in [(0, [1, 2]), (1, [0, 3])] {
      let account = try run(shape, recipe { $0.accumulate = 2 }, Rank(stage, of: layout))
      let paths = account.ledger.events.map { account.ledger.path(of: $0) }
      let seen = Set(paths.filter { $0.hasPrefix("block.") }.map { $0.split(separator: ".")[1] })
      #expect(seen.sorted() == blocks.map { Substring(String($0)) })
    }
    layout.partLayers = [1, 1, 1]
    #expect(throws: InputError.self) { try layout.validate(for: shape, recipe()) }
  }

  @Test("In fp32, where the copy changes no number, it changes no loss")
  func sameLoss() throws {
    func losses(_ convention: Convention) throws -> [Double?] {
      var recipe = Recipe()
      (recipe.batch, recipe.sequence, recipe.steps, recipe.convention) = (2, 8, 3, convention)
      return try Measurement.run(shape(), recipe, dry: false).loss ?? []
    }
    #expect(try losses(.megatron) == losses(.textbook))
  }
}
