import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct LaneTests {
  /// So many that there is one lane, several, all, and several items to a lane.
  static let counts = [1, 2, 15, 16, 17, 61]
  /// Of a head's size: 2·5·3·7 = 210 FLOPs.
  static let small = MatrixProduct(m: 5, n: 3, k: 7)

  @Test("An item's result is the same on one lane as beside others", arguments: counts)
  func items(_ count: Int) throws {
    var random = SplitMix64(seed: UInt64(count))
    let (x, y) = (random.floats(count * 35), random.floats(count * 21))
    /// Products in groups, each group handed out to as many lanes as it has items, up to all.
    func run(_ groups: [Range<Int>]) throws -> (result: [Float], account: Work.Account) {
      try bothWays { engine in
        let a = engine.tensor(count, 35, x)
        let b = engine.tensor(count, 21, y)
        let c = engine.unwritten(count, 15)
        let (from, by, into) = (a.address, b.address, c.address)
        for group in groups {
          let products = engine.forEach(group.count) { index, lane in
            let item = group.lowerBound + index
            lane.multiply(
              Self.small, .attentionScores, into + item * 15, from + item * 35, by + item * 21)
          }
          engine.record(.attention, touching: 0, products: products)
        }
        return c.result
      }
    }
    let (together, account) = try run([0..<count])
    #expect(account.matmul == count * 210)
    #expect(account.products.values.map(\.executed) == [count * 210])
    let (alone, sameAccount) = try run((0..<count).map { $0..<$0 + 1 })
    #expect(sameAccount.matmul == count * 210)
    #expect(together.bits == alone.bits)
    let (left, right) = (rows(x.doubles, 35), rows(y.doubles, 21))
    let expected = (0..<count).flatMap { item -> [Double] in
      product(left[item], right[item], m: 5, n: 3, k: 7)
    }
    #expect(relativeError(together, expected) <= roundingBound(operations: 1, sumOf: 7))
  }

  @Test("A lane works on its items one after the other, each once", arguments: counts)
  func workspaces(_ count: Int) throws {
    let engine = try Engine(expecting: 1 << 16)
    let lanes = Engine.lanes(for: count)
    // 16 workspaces, or one for each item where there are fewer.
    #expect(lanes == min(count, 16))
    let visits = engine.tensor(count, 1, [Float](repeating: 0, count: count))
    let loads = engine.tensor(lanes, 1, [Float](repeating: 0, count: lanes))
    let (visit, load) = (visits.address, loads.address)
    _ = engine.forEach(count) { item, lane in
      lane.kernel {
        visit[item] += 1
        load[lane.index] += 1
      }
    }
    #expect(visits.values() == [Float](repeating: 1, count: count))
    // Item i goes to lane i mod 16.
    let expected = (0..<lanes).map { lane in
      (0..<count).count { $0 % lanes == lane }
    }
    #expect(loads.values() == expected.map(Float.init))
  }

  @Test("Products that the mask hides are counted apart", arguments: counts)
  func hidden(_ count: Int) throws {
    let (_, account) = try bothWays { engine in
      let products = engine.forEach(count) { _, lane in
        lane.skip(Self.small, .attentionScores)
        lane.skip(Self.small, .attentionContext)
      }
      engine.record(.attention, touching: 0, products: products)
    }
    #expect(account.matmul == 0)
    #expect(account.matmulDense == 2 * count * 210)
  }

  @Test("A dry run runs no kernel, and spends no time in products")
  func dry() throws {
    var ran = 0
    let engine = Engine(dry: Ledger())
    let place = engine.make(1, 35, .temporary, .attentionWorkspace)
    let address = place.address
    let products = engine.forEach(17) { _, lane in
      lane.multiply(Self.small, .attentionScores, address, address, address)
      lane.kernel { ran += 1 }
    }
    #expect(ran == 0)
    #expect(engine.productSeconds == 0)
    #expect(products.entries.map(\.role) == [.attentionScores])
    #expect(products[.attentionScores] == ProductCount(executed: 17 * 210, hidden: 0))
  }
}
