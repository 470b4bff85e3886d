/// Writes plain values as a pickle of protocol 2, by the few instructions that PyTorch's viewer of
/// snapshots knows, too (torch/utils/viz/MemoryViz.js, `unpickle`).
///
/// Values are written as they come: `begin` and `end` put a frame around the elements of a list or
/// the entries of a dictionary.
public struct PickleWriter {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = [0x80, 2]
  /// Texts and tuples that come again and again are written once.
  private var memo: [String: Int] = [:]

  /// An empty pickle.
  public init() {}

  /// Ends the pickle.
  public mutating func finish() { bytes.append(UInt8(ascii: ".")) }

  /// Writes a list, whose elements `body` writes.
  public mutating func list(_ body: (inout PickleWriter) -> Void) {
    bytes += [UInt8(ascii: "]"), UInt8(ascii: "(")]
    body(&self)
    bytes.append(UInt8(ascii: "e"))
  }

  /// Writes a dictionary, whose entries `body` writes.
  public mutating func dictionary(_ body: (inout PickleWriter) -> Void) {
    bytes += [UInt8(ascii: "}"), UInt8(ascii: "(")]
    body(&self)
    bytes.append(UInt8(ascii: "u"))
  }

  /// Writes a pair.
  public mutating func pair(_ first: Int, _ second: Int) {
    write(first)
    write(second)
    bytes.append(0x86)
  }

  /// Writes an entry of a dictionary.
  public mutating func entry(_ key: String, _ value: Int) {
    write(key)
    write(value)
  }

  /// Writes an entry of a dictionary.
  public mutating func entry(_ key: String, _ value: String) {
    write(key)
    write(value)
  }

  /// Writes an entry of a dictionary.
  public mutating func entry(_ key: String, _ value: Bool) {
    write(key)
    bytes.append(value ? 0x88 : 0x89)
  }

  /// Writes an entry of a dictionary, whose value `body` writes.
  public mutating func entry(_ key: String, _ body: (inout PickleWriter) -> Void) {
    write(key)
    body(&self)
  }

  /// Writes a number.
  public mutating func write(_ value: Int) {
    if let small = Int32(exactly: value) {
      bytes.append(UInt8(ascii: "J"))
      append(UInt64(bitPattern: Int64(small)), 4)
    } else {
      bytes += [0x8a, 8]
      append(UInt64(bitPattern: Int64(value)), 8)
    }
  }

  /// Writes a text.
  public mutating func write(_ value: String) {
    if let number = memo[value] {
      bytes.append(UInt8(ascii: "j"))
      append(UInt64(number), 4)
      return
    }
    let utf8 = Array(value.utf8)
    bytes.append(UInt8(ascii: "X"))
    append(UInt64(utf8.count), 4)
    bytes += utf8
    memo[value] = memo.count
    bytes.append(UInt8(ascii: "r"))
    append(UInt64(memo.count - 1), 4)
  }

  private mutating func append(_ value: UInt64, _ width: Int) {
    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
  }
}
