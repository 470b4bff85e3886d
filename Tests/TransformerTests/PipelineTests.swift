import Catalogue
import Instrument
import Testing

@testable import Transformer

@Suite struct PipelineTests {
  private static func rank(
    stage: Int, of stages: Int, chunks: Int = 1,
    _ schedule: Layout.Schedule = .oneForwardOneBackward, microbatches: Int
  ) -> Rank {
    var layout = Layout()
    (layout.pipeline, layout.virtual, layout.schedule) = (stages, chunks, schedule)
    layout.globalBatch = microbatches
    return Rank(stage, of: layout)
  }

  /// `F` and `B` with the number of the micro-batch, and a letter for the part where there are more.
  private func text(_ rank: Rank, _ microbatches: Int) -> String {
    PipelineSchedule(rank, microbatches: microbatches).passes.map { pass in
      let chunk = rank.layout.virtual > 1 ? ["a", "b", "c"][pass.chunk] : ""
      return "\(pass.direction == .forward ? "F" : "B")\(pass.microbatch)\(chunk)"
    }.joined(separator: " ")
  }

  @Test("GPipe runs all micro-batches forward, then all backward")
  func gpipe() {
    let rank = Self.rank(stage: 1, of: 3, .gpipe, microbatches: 3)
    #expect(text(rank, 3) == "F0 F1 F2 B0 B1 B2")
  }

  @Test("1F1B is ahead by the stages behind, and takes turns from then on")
  func oneForwardOneBackward() {
    func text(_ stage: Int) -> String {
      self.text(Self.rank(stage: stage, of: 3, microbatches: 4), 4)
    }
    #expect(text(0) == "F0 F1 F2 B0 F3 B1 B2 B3")
    #expect(text(1) == "F0 F1 B0 F2 B1 F3 B2 B3")
    #expect(text(2) == "F0 B0 F1 B1 F2 B2 F3 B3")
  }

  @Test("Interleaved, rounds of micro-batches go through one part after the other")
  func interleaved() {
    let last = Self.rank(stage: 1, of: 2, chunks: 2, microbatches: 4)
    // (v - 1)·p = 2 passes ahead on the last stage.
    #expect(
      text(last, 4)
        == "F0a F1a F0b B0b F1b B1b F2a B0a F3a B1a F2b B2b F3b B3b B2a B3a")
  }

  @Test("Every micro-batch passes each part once forward and once backward, in one order")
  func complete() {
    for (stages, chunks, microbatches) in [(1, 1, 3), (4, 1, 2), (4, 1, 9), (4, 3, 8), (2, 2, 2)] {
      for stage in 0..<stages {
        let rank = Self.rank(stage: stage, of: stages, chunks: chunks, microbatches: microbatches)
        let passes = PipelineSchedule(rank, microbatches: microbatches).passes
        #expect(passes.count == 2 * chunks * microbatches)
        for chunk in 0..<chunks {
          for direction in [PipelineSchedule.Direction.forward, .backward] {
            let order = passes.filter { $0.chunk == chunk && $0.direction == direction }
            #expect(order.map(\.microbatch) == Array(0..<microbatches))
          }
        }
      }
    }
  }

  /// What a stage keeps for backward at most, in an update of so many micro-batches.
  private func saved(_ rank: Rank, _ microbatches: Int) throws -> Int {
    let shape = try ModelShape(
      name: "stages", layers: 24, hidden: 16, heads: 2, vocabulary: 32, positions: 8)
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.accumulate) = (1, 8, microbatches)
    let engine = Engine(dry: Ledger(), rank: rank)
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    _ = training.computeGradients()
    return training.afterForward.savedForBackward
  }

  @Test("In turn, a stage holds as many micro-batches as there are stages from it on")
  func inFlight() throws {
    let stages = 4
    for stage in 0..<stages {
      let rank = Self.rank(stage: stage, of: stages, microbatches: 8)
      let one = try saved(rank, 1)
      #expect(try saved(rank, 8) == (stages - stage) * one)
      let gpipe = Self.rank(stage: stage, of: stages, .gpipe, microbatches: 8)
      #expect(try saved(gpipe, 8) == 8 * one)
    }
  }

  @Test("Interleaved, the first stage holds 1 + (p - 1)/(p·v) times as many layers")
  func interleavedInFlight() throws {
    let (stages, microbatches) = (4, 8)
    // Korthikanti et al., arXiv 2205.05198, section 4.2.3. A middle part's layers keep what those of
    // every other do, so blocks are counted by the stage's own.
    for chunks in [2, 3] {
      let rank = Self.rank(stage: 1, of: stages, chunks: chunks, microbatches: microbatches)
      let plain = Self.rank(stage: 1, of: stages, microbatches: microbatches)
      // One micro-batch through all parts of the stage, as through the one part without.
      let ofStage = try saved(plain, 1)
      // Stage 1 is ahead by 2(p - 2) + (v - 1)p passes, and holds one more.
      let passes = 2 * (stages - 2) + (chunks - 1) * stages + 1
      #expect(try saved(rank, microbatches) == passes * ofStage / chunks)
      let first = Self.rank(stage: 0, of: stages, chunks: chunks, microbatches: microbatches)
      let ahead = PipelineSchedule(first, microbatches: microbatches).passes
        .prefix { $0.direction == .forward }.count
      // pv·(1 + (p - 1)/(pv)) = pv + p - 1 parts.
      #expect(ahead == stages * chunks + stages - 1)
    }
  }

  @Test("A stage has its layers only; the first has the embedding, the last norm and head")
  func parameters() throws {
    let shape = try ModelShape(
      name: "stages", layers: 4, hidden: 16, heads: 2, vocabulary: 32, positions: 8)
    func paths(_ stage: Int, chunks: Int) -> [String] {
      let engine = Engine(
        dry: Ledger(), rank: Self.rank(stage: stage, of: 2, chunks: chunks, microbatches: 2))
      var built = Stage(shape, seed: 0, engine)
      var paths: [String] = []
      built.forEachParameter { paths.append($0.path) }
      return paths
    }
    func blocks(_ paths: [String]) -> [String] {
      var blocks: [String] = []
      for path in paths where path.hasPrefix("block.") {
        let block = path.split(separator: ".").prefix(2).joined(separator: ".")
        if blocks.last != block { blocks.append(block) }
      }
      return blocks
    }
    let (first, last) = (paths(0, chunks: 1), paths(1, chunks: 1))
    #expect(blocks(first) == ["block.0", "block.1"])
    #expect(blocks(last) == ["block.2", "block.3"])
    #expect(first.prefix(2) == ["embedding.token", "embedding.position"])
    // The head is tied: the last stage has a copy of the embedding.
    #expect(last.suffix(3) == ["finalNorm.weight", "finalNorm.bias", "head.weight"])
    #expect(blocks(paths(0, chunks: 2)) == ["block.0", "block.2"])
    #expect(blocks(paths(1, chunks: 2)) == ["block.1", "block.3"])
  }

  @Test("What stages send is bsh elements each way for each micro-batch and seam")
  func messages() throws {
    let shape = try ModelShape(
      name: "stages", layers: 4, hidden: 16, heads: 2, vocabulary: 32, positions: 8)
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.accumulate) = (1, 8, 4)
    for (chunks, stage, sent) in [(1, 0, 4), (1, 1, 4), (2, 0, 12), (2, 1, 12)] {
      let engine = Engine(
        dry: Ledger(), rank: Self.rank(stage: stage, of: 2, chunks: chunks, microbatches: 4))
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.computeGradients()
      let messages = engine.work.communications.filter { $0.kind == .send }
      // Plain: 4 micro-batches over one seam. With two parts each, three seams: each stage sends
      // over all of them, once in each direction of which it is the sender.
      #expect(messages.count == sent)
      #expect(messages.allSatisfy { $0.elements == 8 * 16 && $0.group == .pipeline })
      // The tied embedding's gradient, (V,h), over the first and the last stage.
      let tied = engine.work.communications.filter { $0.group == .embedding }
      #expect(tied.map(\.elements) == [32 * 16])
    }
  }
}
