import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct CommunicationTests {
  /// A layout of 12 ranks: t = 2, N = 3, p = 2.
  static let layout = {
    var layout = Layout()
    (layout.tensor, layout.data, layout.pipeline) = (2, 3, 2)
    return layout
  }()

  /// What each rank of the layout makes of tensors that it fills with numbers of its own, beside the
  /// account of a dry run of the same rank.
  private func results(
    _ layout: Layout = layout, _ body: @escaping (Engine) -> [Float]
  ) throws -> [[Float]] {
    try ThreadCommunicator.run(layout) { rank, communicator in
      let real = try Engine(expecting: 1 << 12, rank: rank, communicator: communicator)
      let dry = Engine(dry: Ledger(), rank: rank)
      (real.phase, dry.phase) = (.forward, .forward)
      let result = body(real)
      _ = body(dry)
      #expect(real.ledger.events == dry.ledger.events)
      #expect(real.work == dry.work)
      #expect(!real.work.communications.isEmpty)
      return result
    }
  }

  /// A tensor of 6 elements: 100·rank, 100·rank + 1, …
  private static func numbered(_ engine: Engine, _ count: Int = 6) -> Tensor {
    engine.tensor(1, count, (0..<count).map { Float(100 * engine.rank.number + $0) })
  }

  private func members(
    _ rank: Int, _ group: RankGroup, _ layout: Layout = layout
  ) -> [Int] {
    Rank(rank, of: layout).members(group)
  }

  /// 16 ranks, of which there are several in every group.
  private static let manyAxes = {
    var layout = Layout()
    (layout.tensor, layout.data, layout.pipeline) = (2, 2, 2)
    (layout.context, layout.expert) = (2, 2)
    return layout
  }()

  @Test("An all-reduce gives all members the sum, or the largest", arguments: RankGroup.allCases)
  func allReduce(_ group: RankGroup) throws {
    for reduction in [Reduction.sum, .maximum] {
      let results = try results(Self.manyAxes) { engine in
        let values = Self.numbered(engine)
        engine.allReduce(values, reduction, over: group)
        let number = Double(engine.rank.number)
        let one = engine.allReduce(engine.isReal ? number : nil, reduction, over: group)
        return values.result + [Float(one ?? -1)]
      }
      for (rank, result) in results.enumerated() {
        let members = members(rank, group, Self.manyAxes)
        let expected = (0..<6).map { index in
          let values = members.map { Float(100 * $0 + index) }
          return reduction == .sum ? values.reduce(0, +) : values.max()!
        }
        let one = reduction == .sum ? members.reduce(0, +) : members.max()!
        #expect(result == expected + [Float(one)])
      }
    }
  }

  @Test("An all-gather puts parts together, of one size or of several")
  func allGather() throws {
    let results = try results { engine in
      let part = Self.numbered(engine, 2)
      let whole = engine.unwritten(3, 2)
      engine.allGather(into: whole, from: part, over: .data)
      let uneven = Self.numbered(engine, 5)
      engine.allGather(uneven, over: .data)
      return whole.result + uneven.result
    }
    for (rank, result) in results.enumerated() {
      let members = members(rank, .data)
      func element(_ member: Int, _ index: Int) -> Float { Float(100 * members[member] + index) }
      let equal = (0..<6).map { element($0 / 2, $0 % 2) }
      let uneven = (0..<5).map { element($0 / 2, $0) }
      #expect(result == equal + uneven)
    }
  }

  @Test("A reduce-scatter gives each member its part of the sum, apart or in its place")
  func reduceScatter() throws {
    // Four elements for three members: two, two and none.
    let parts = [0..<2, 2..<4, 4..<4]
    let results = try results { engine in
      let own = parts[engine.rank.place(in: .data)]
      let whole = Self.numbered(engine, 4)
      let part = engine.unwritten(1, own.count)
      engine.reduceScatter(into: part, from: whole, over: .data)
      engine.reduceScatter(whole, over: .data)
      return part.result + whole.withPart(own) { $0.result }
    }
    for (rank, result) in results.enumerated() {
      let members = members(rank, .data)
      let sum = Float(members.reduce(0) { $0 + 100 * $1 })
      let own = parts[members.firstIndex(of: rank)!].map { sum + 3 * Float($0) }
      #expect(result == own + own)
    }
  }

  @Test("An all-to-all brings each member its part from each")
  func allToAll() throws {
    let results = try results { engine in
      let input = Self.numbered(engine)
      let output = engine.unwritten(1, 6)
      engine.allToAll(into: output, from: input, over: .data)
      return output.result
    }
    for (rank, result) in results.enumerated() {
      let members = members(rank, .data)
      let first = 2 * members.firstIndex(of: rank)!
      let expected = (0..<6).map { index -> Float in
        let sender = members[index / 2]
        return Float(100 * sender + first + index % 2)
      }
      #expect(result == expected)
    }
  }

  @Test("A message arrives at the rank of the other stage, and its tensor may be gone by then")
  func messages() throws {
    let results = try results { engine in
      let other = 1 - engine.rank.stage
      for tag in [7, 8] {
        let values = Self.numbered(engine, tag)
        engine.send(values, toStage: other, tag: tag)
      }
      engine.barrier(over: .world)
      let eight = engine.unwritten(1, 8)
      let seven = engine.unwritten(1, 7)
      engine.receive(into: eight, fromStage: other, tag: 8)
      engine.receive(into: seven, fromStage: other, tag: 7)
      return eight.result + seven.result
    }
    for (rank, result) in results.enumerated() {
      let sender = members(rank, .pipeline).first { $0 != rank }!
      let indices = Array(0..<8) + Array(0..<7)
      #expect(result == indices.map { Float(100 * sender + $0) })
    }
  }

  @Test("The account has kind, group, place and size of every message, in order")
  func account() {
    let engine = Engine(dry: Ledger(), rank: Rank(5, of: Self.layout))
    engine.phase = .backward
    let outer = engine.enter("block.3")
    let tensor = engine.make(6, 4, .temporary, .activationGradient)
    let part = engine.make(2, 4, .temporary, .activationGradient)
    engine.allReduce(tensor, over: .tensor)
    engine.allGather(into: tensor, from: part, over: .data)
    engine.send(part, toStage: 1, tag: 0)
    engine.leave(outer)
    let all = engine.work.communications
    #expect(all.map(\.kind) == [.allReduce, .allGather, .send])
    #expect(all.map(\.group) == [.tensor, .data, .pipeline])
    #expect(all.map(\.members) == [2, 3, 2])
    // 6·4·4 = 96 bytes; 2·4·4 = 32 bytes.
    #expect(all.map(\.bytes) == [96, 96, 32])
    #expect(all.map(\.passes) == [2, 1, 1])
    #expect(all.allSatisfy { $0.stage == .backward && $0.role == .activationGradient })
    #expect(all.allSatisfy { engine.ledger.path($0.scope) == "block.3" })
  }

  @Test("Alone, nothing is said and nothing is entered")
  func alone() throws {
    let (values, account) = try bothWays { engine in
      let tensor = Self.numbered(engine)
      engine.allReduce(tensor, over: .world)
      engine.allGather(tensor, over: .data)
      engine.reduceScatter(tensor, over: .tensor)
      engine.barrier(over: .model)
      _ = engine.sumOfSquares(tensor)
      return tensor.result
    }
    #expect(values == [0, 1, 2, 3, 4, 5])
    #expect(account.operations.map(\.key) == [.sumOfSquares])
  }
}
