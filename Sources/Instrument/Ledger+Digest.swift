extension Ledger {
  /// A number that two ledgers share only if they hold the same events at the same places, but for
  /// one chance in 2⁶⁴ (FNV-1a: Fowler, Noll and Vo).
  public var digest: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    // A 0, which no text has, ends each, so that none runs into the next.
    func add(_ text: some StringProtocol) {
      for byte in text.utf8 { mix(byte) }
      mix(0)
    }
    for event in events {
      add(event.phase.rawValue)
      add(event.kind.rawValue)
      add(event.category.rawValue)
      add(event.precision.rawValue)
      add(path(of: event))
      add(String(event.tensor))
      add(String(event.bytes))
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
