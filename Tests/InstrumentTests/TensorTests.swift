import Catalogue
import Testing

@testable import Instrument

@Suite struct TensorTests {
  @Test("A tensor is freed where its scope ends, or where it is consumed")
  func lifetime() {
    let engine = Engine(dry: Ledger())
    do {
      let first = engine.make(2, 5, .activation, .normInput)
      let second = engine.make(3, 5, .activation, .normMean)
      // 2·5·4 + 3·5·4 = 100
      #expect(engine.ledger.total == 100)
      _ = consume first
      #expect(engine.ledger.total == 60)
      #expect(second.count == 15)
    }
    #expect(engine.ledger.total == 0)
    #expect(engine.ledger.events.map(\.bytes) == [40, 60, -40, -60])
  }
}
