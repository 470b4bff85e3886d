import Catalogue
import Instrument
import Testing

@testable import Transformer

/// What Korthikanti et al. say of tensor and sequence parallelism (arXiv 2205.05198, section 4.2).
@Suite struct TensorParallelTests {
  static let shape = {
    do {
      return try ModelShape(
        name: "shared", layers: 2, hidden: 32, heads: 8, vocabulary: 64, positions: 16)
    } catch {
      fatalError("\(error)")
    }
  }()

  /// What a rank keeps for backward of the second block, by role; and the account of its work.
  private func run(
    tensor: Int, sequenceParallel: Bool = false
  ) throws -> (saved: [TensorRole: Int], work: Work, ledger: Ledger) {
    var layout = Layout()
    (layout.tensor, layout.sequenceParallel) = (tensor, sequenceParallel)
    (layout.microbatch, layout.globalBatch) = (2, 2)
    var recipe = Recipe()
    recipe.sequence = 16
    (recipe.dropout, recipe.convention, recipe.recompute) = (0.1, .textbook, .selective)
    let engine = Engine(dry: Ledger(), rank: Rank(tensor - 1, of: layout))
    var training = Training(
      Self.shape, layout.recipe(recipe), try Corpus(for: recipe, Self.shape), on: engine)
    _ = training.computeGradients()
    let ledger = engine.ledger
    let kept = ledger.alive(after: training.afterForward.sequence).filter {
      $0.category == .activation && ledger.path($0.scope).hasPrefix("block.1")
    }
    let saved = Dictionary(grouping: kept, by: \.role).mapValues { entries in
      entries.reduce(0) { $0 + $1.bytes }
    }
    return (saved, engine.work, ledger)
  }

  @Test(
    "Ranks that share a layer keep whole norms' inputs, layers' inputs and masks, and parts else")
  func tensor() throws {
    let (whole, part) = (try run(tensor: 1).saved, try run(tensor: 4).saved)
    // Their 10sbh of sbh(10 + 24/t): two norms' inputs (4), two layers' inputs (4), two masks (2).
    let replicated: Set<TensorRole> = [
      .normInput, .normMean, .normReciprocalDeviation, .attentionInput, .mlpInput,
      .attentionResidualDropoutMask, .mlpResidualDropoutMask,
    ]
    #expect(Set(part.keys) == Set(whole.keys))
    for (role, bytes) in whole {
      #expect(part[role] == (replicated.contains(role) ? bytes : bytes / 4), "\(role)")
    }
  }

  @Test("With sequence parallelism, a t-th of everything is kept")
  func sequence() throws {
    let whole = try run(tensor: 1).saved
    for tensor in [2, 4, 8] {
      let part = try run(tensor: tensor, sequenceParallel: true).saved
      #expect(part == whole.mapValues { $0 / tensor })
    }
  }

  @Test("A block is four all-reduces of bsh elements, or as many pairs of gather and scatter")
  func communication() throws {
    let size = 2 * 16 * 32
    func messages(_ sequenceParallel: Bool) throws -> [Communication] {
      let (_, work, ledger) = try run(tensor: 4, sequenceParallel: sequenceParallel)
      return work.communications.filter {
        ledger.path($0.scope).hasPrefix("block.1") && $0.elements == size
      }
    }
    let reduced = try messages(false)
    #expect(reduced.map(\.kind) == Array(repeating: .allReduce, count: 4))
    #expect(reduced.map(\.stage) == [.forward, .forward, .backward, .backward])
    // Two gathers and two scatters each way, and two gathers more, of inputs that are kept in parts
    // and needed whole for the gradients of the weights (their section 4.2.2).
    let divided = try messages(true)
    let forward = divided.filter { $0.stage == .forward }
    #expect(forward.map(\.kind) == [.allGather, .reduceScatter, .allGather, .reduceScatter])
    let backward = divided.filter { $0.stage == .backward }
    #expect(backward.count { $0.kind == .allGather } == 4)
    #expect(backward.count { $0.kind == .reduceScatter } == 2)
    #expect(divided.allSatisfy { $0.group == .tensor && $0.members == 4 })
  }

  @Test("The ranks' matrix products are the model's, divided")
  func products() throws {
    let (whole, part) = (try run(tensor: 1).work, try run(tensor: 4).work)
    for stage in [Work.Stage.forward, .backward, .recompute] {
      #expect(4 * part[stage].matmul == whole[stage].matmul)
    }
  }

  @Test("Initial weights are parts of the whole model's", arguments: [false, true])
  func weights(_ tied: Bool) throws {
    var shape = Self.shape
    shape.tiedHead = tied
    let whole = try Self.weights(shape, .alone)
    var layout = Layout()
    (layout.tensor, layout.pipeline, layout.virtual, layout.globalBatch) = (4, 2, 1, 2)
    var seen: [String: Set<Int>] = [:]
    for number in 0..<layout.ranks {
      for (path, part) in try Self.weights(shape, Rank(number, of: layout)) {
        let isCopy = tied && path == "head.weight"
        let name = isCopy ? "embedding.token" : path
        let values = try #require(whole[name]).values
        for (place, value) in zip(part.places, part.values) { #expect(values[place] == value) }
        seen[name, default: []].formUnion(part.places)
      }
    }
    #expect(seen.mapValues(\.count) == whole.mapValues(\.values.count))
  }

  private static func weights(
    _ shape: ModelShape, _ rank: Rank
  ) throws -> [String: (places: [Int], values: [Float])] {
    let engine = try Engine(
      expecting: 1 << 20, rank: rank, communicator: Unused(rank.layout.ranks))
    var stage = Stage(shape, seed: 7, engine)
    var weights: [String: (places: [Int], values: [Float])] = [:]
    stage.forEachParameter { weights[$0.path] = ($0.ownPlaces, $0.value.values()) }
    return weights
  }
}

/// For ranks that do not come to talk.
private final class Unused: Communicator {
  init(_ ranks: Int) {}
  func allReduce(
    _: UnsafeMutablePointer<Float>, _: Int, _: Reduction, over _: RankGroup
  ) { fatalError() }
  func allReduce(_: Double, _: Reduction, over _: RankGroup) -> Double { fatalError() }
  func allGather(
    _: UnsafeMutablePointer<Float>, from _: UnsafePointer<Float>?, _: [Range<Int>],
    over _: RankGroup
  ) { fatalError() }
  func reduceScatter(
    into _: UnsafeMutablePointer<Float>, from _: UnsafePointer<Float>, _: [Range<Int>],
    over _: RankGroup
  ) { fatalError() }
  func allToAll(
    into _: UnsafeMutablePointer<Float>, from _: UnsafePointer<Float>, part _: Int,
    over _: RankGroup
  ) { fatalError() }
  func send(_: UnsafePointer<Float>, _: Int, to _: Int, tag _: Int) { fatalError() }
  func receive(into _: UnsafeMutablePointer<Float>, _: Int, from _: Int, tag _: Int) {
    fatalError()
  }
  func barrier(over _: RankGroup) { fatalError() }
}
