import Catalogue
import Instrument
import Projection
import Testing
import Transformer

/// A projection is the ranks' own program, run dry.
@Suite struct RankProjectionTests {
  private func shape() throws -> ModelShape {
    try ModelShape(
      name: "small", layers: 8, hidden: 64, heads: 4, vocabulary: 128, positions: 32)
  }

  private func recipe() -> Recipe {
    var recipe = Recipe()
    (recipe.sequence, recipe.steps) = (32, 1)
    return recipe
  }

  private func layout(_ change: (inout Layout) -> Void) -> Layout {
    var layout = Layout()
    change(&layout)
    return layout
  }

  private static let changes: [@Sendable (inout Layout) -> Void] = [
    { $0.globalBatch = 3 },
    { ($0.data, $0.zero, $0.globalBatch) = (4, .optimizerStates, 48) },
    { ($0.data, $0.zero, $0.globalBatch) = (2, .parameters, 18) },
    { ($0.tensor, $0.sequenceParallel, $0.globalBatch) = (4, true, 9) },
    { ($0.pipeline, $0.globalBatch) = (4, 24) },
    { ($0.pipeline, $0.virtual, $0.globalBatch) = (2, 2, 16) },
    { ($0.pipeline, $0.schedule, $0.globalBatch) = (2, .gpipe, 7) },
    { ($0.data, $0.tensor, $0.pipeline, $0.zero, $0.globalBatch) = (2, 2, 2, .gradients, 40) },
  ]

  @Test(
    "Memory and messages of a stage are those of its rank over all micro-batches",
    arguments: changes)
  func likeMeasured(_ change: @Sendable (inout Layout) -> Void) throws {
    let layout = layout(change)
    let projection = try Projection(try shape(), recipe(), layout)
    let measured = try #require(
      try Measurement.run(try shape(), recipe(), layout, dry: true)?.ranks)
    #expect(projection.ranks.count == layout.pipeline)
    for rank in projection.ranks {
      let whole = try #require(
        measured.first { $0.stage == rank.stage && $0.data == 0 && $0.tensor == 0 })
      #expect(rank.bytes.parameter == whole.bytes.parameter)
      #expect(rank.bytes.gradient == whole.bytes.gradient)
      #expect(rank.bytes.optimizerState == whole.bytes.optimizerState)
      #expect(rank.bytes.savedForBackward == whole.bytes.savedForBackward)
      #expect(rank.bytes.temporary == whole.bytes.temporary)
      #expect(rank.communication == whole.communication)
      // The allocator rounds up, and keeps workspaces beside it.
      #expect(rank.bytes.peakAllocated >= whole.bytes.peak + rank.bytes.workspace)
      #expect(rank.bytes.peakReserved >= rank.bytes.peakAllocated)
    }
  }

  @Test("The terms add up to what the fullest stage reserves, and each has its source")
  func terms() throws {
    for change in Self.changes {
      let projection = try Projection(try shape(), recipe(), layout(change))
      let sum = projection.terms.reduce(0) { $0 + $1.bytes }
      #expect(sum == projection.ranks.map(\.bytes.peakReserved).max())
      #expect(projection.terms.allSatisfy { !$0.source.isEmpty && $0.bytes >= 0 })
      #expect(projection.terms.filter { $0.basis == .assumed }.map(\.name) == ["workspace"])
      // 2 · (2·4096 + 8·16) KiB.
      #expect(projection.terms.first { $0.name == "workspace" }?.bytes == 17_039_360)
    }
  }

  @Test("The largest micro-batch fits, and the next does not")
  func fit() throws {
    let device = try Device(named: "a100-80gb")
    let shape = try ModelShape(named: "gpt2")
    var recipe = Recipe()
    recipe.sequence = 1024
    func projection(_ microbatch: Int) throws -> Projection {
      let layout = layout {
        ($0.data, $0.microbatch, $0.globalBatch) = (8, microbatch, 8 * microbatch)
      }
      return try Projection(shape, recipe, layout, on: device)
    }
    let largest = try #require(try projection(1).maxMicrobatch)
    #expect(largest > 1)
    let (within, beyond) = (try projection(largest), try projection(largest + 1))
    #expect(within.fits == true && beyond.fits == false)
    #expect(within.headroom.map { $0 >= 0 } == true && beyond.headroom.map { $0 < 0 } == true)
    #expect(within.maxMicrobatch == largest && within.maxGlobalBatch == 8 * largest)
  }

  /// A run on an A100 of 80 GB.
  private func projection(
    _ model: String, _ recipe: Recipe, _ layout: Layout
  ) throws -> Projection {
    try Projection(
      try ModelShape(named: model), recipe, layout, on: try Device(named: "a100-80gb"))
  }

  @Test("Where a micro-batch is too large, the largest that fits is the remedy")
  func smallerMicrobatch() throws {
    var recipe = Recipe()
    (recipe.sequence, recipe.attention) = (1024, .flash)
    let layout = layout { ($0.microbatch, $0.globalBatch) = (512, 1024) }
    let large = try projection("gpt2", recipe, layout)
    let remedy = try #require(large.remedy)
    let most = try #require(large.maxMicrobatch)
    #expect(large.fits == false && most > 0)
    #expect(remedy.options == "--microbatch \(most) --global-batch \(2 * most)")
    let changed = try projection("gpt2", remedy.recipe, remedy.layout)
    #expect(changed.fits == true && changed.remedy == nil)
  }

  @Test(
    "The largest micro-batch fits every stage, though another stage takes most with a small one")
  func largestMicrobatch() throws {
    // The first stage has the embedding and most micro-batches; the last one's logits grow.
    func projected(_ microbatch: Int) throws -> Projection {
      try projection(
        "gpt2", recipe(),
        layout {
          ($0.pipeline, $0.microbatch, $0.globalBatch) = (4, microbatch, 4 * microbatch)
        })
    }
    let small = try projected(1)
    let most = try #require(small.maxMicrobatch)
    func fullest(_ projection: Projection) -> Int? {
      projection.ranks.max { $0.bytes.peakReserved < $1.bytes.peakReserved }?.stage
    }
    #expect(try fullest(small) == 0 && fullest(projected(most)) == 3)
    #expect(try projected(most).fits == true)
    #expect(try projected(most + 1).fits == false)
  }

  @Test("Where no micro-batch fits, one change is tried, then all, then more ranks")
  func remedies() throws {
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.attention) = (2048, .bf16, .flash)
    // 16 bytes for each of 6.7·10⁹ weights do not fit; a sixteenth of 12 of them, and 4, do.
    let replicas = layout { ($0.data, $0.globalBatch) = (16, 16) }
    let divided = try projection("llama-7b", recipe, replicas)
    #expect(divided.maxMicrobatch == 0 && divided.remedy?.options == "--zero 1")
    // One rank has nobody to divide with.
    let alone = try projection("llama-7b", recipe, Layout())
    let remedy = try #require(alone.remedy)
    #expect(remedy.options == "--recompute full --tensor 2")
    #expect(try projection("llama-7b", remedy.recipe, remedy.layout).fits == true)
  }
}
