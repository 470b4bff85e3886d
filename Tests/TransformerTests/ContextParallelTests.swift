import Catalogue
import Instrument
import Testing

@testable import Transformer

/// What ranks that share sequences keep, say and compute: 2 layers of width 32, with 8 heads.
@Suite struct ContextParallelTests {
  private func run(
    context: Int, rank: Int = 0, attention: Recipe.Attention = .eager, sequence: Int = 16,
    recompute: Recompute = .none
  ) throws -> (saved: [TensorRole: Int], work: Work, ledger: Ledger) {
    var layout = Layout()
    (layout.context, layout.microbatch, layout.globalBatch) = (context, 2, 2)
    var recipe = Recipe()
    (recipe.sequence, recipe.attention, recipe.recompute) = (sequence, attention, recompute)
    (recipe.convention, recipe.dropout) = (.textbook, 0.1)
    var shape = TensorParallelTests.shape
    shape.positions = sequence
    try layout.validate(for: shape, recipe)
    let engine = Engine(dry: Ledger(), rank: Rank(rank, of: layout))
    var training = Training(
      shape, layout.recipe(recipe), try Corpus(for: recipe, shape), on: engine)
    _ = training.computeGradients()
    let ledger = engine.ledger
    let kept = ledger.alive(after: training.afterForward.sequence).filter {
      $0.category == .activation && ledger.path($0.scope).hasPrefix("block.1")
    }
    // Ranks that share sequences leave queries, keys and values in one tensor.
    let parts: Set<TensorRole> = [.attentionQuery, .attentionKey, .attentionValue]
    let byRole = Dictionary(grouping: kept) { parts.contains($0.role) ? .attentionQKV : $0.role }
    let saved = byRole.mapValues { entries in entries.reduce(0) { $0 + $1.bytes } }
    return (saved, engine.work, ledger)
  }

  @Test("A C-th of everything is kept, keys and values among it", arguments: [2, 4, 8])
  func saved(_ context: Int) throws {
    #expect(try run(context: context).saved == run(context: 1).saved.mapValues { $0 / context })
  }

  @Test(
    "A block puts keys and values together once each way, and adds their gradients up",
    arguments: [Recipe.Attention.eager, .flash], [Recompute.none, .full])
  func communication(_ attention: Recipe.Attention, _ recompute: Recompute) throws {
    let (_, work, ledger) = try run(context: 4, attention: attention, recompute: recompute)
    let messages = work.communications.filter {
      $0.group == .context && ledger.path($0.scope).hasPrefix("block.1")
    }
    #expect(messages.allSatisfy { $0.members == 4 && $0.elements == 2 * 16 * 2 * 32 })
    #expect(messages.filter { $0.stage == .forward }.map(\.kind) == [.allGather])
    #expect(
      messages.filter { $0.stage == .recompute }.map(\.kind)
        == (recompute == .full ? [.allGather] : []))
    #expect(messages.filter { $0.stage == .backward }.map(\.kind) == [.allGather, .reduceScatter])
  }

  @Test("Under a causal mask every rank has the same work, a C-th of all", arguments: [2, 4])
  func balance(_ context: Int) throws {
    // Stretches of 128 and more are whole tiles.
    let whole = try run(context: 1, attention: .flash, sequence: 1024).work
    for rank in 0..<context {
      let part = try run(context: context, rank: rank, attention: .flash, sequence: 1024).work
      for stage in [Work.Stage.forward, .backward] {
        #expect(context * part[stage].matmul == whole[stage].matmul)
        #expect(context * part[stage].matmulDense == whole[stage].matmulDense)
      }
    }
  }
}
