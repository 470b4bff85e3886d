import Foundation
import TestSupport
import Testing

@testable import Projection

@Suite struct PickleTests {
  @Test func `what is written is read again`() throws {
    var writer = PickleWriter()
    writer.dictionary { root in
      root.entry("numbers") { entry in
        entry.list { list in
          for number in [0, -1, 255, 1 << 31, -(1 << 40), .max, .min] { list.write(number) }
        }
      }
      root.entry("text", "größer, \"twice\"")
      root.entry("again", "größer, \"twice\"")
      root.entry("yes", true)
      root.entry("pair") { $0.pair(7, 8) }
    }
    writer.finish()
    let document = try PickleReader.read(writer.bytes)
    let root = document.root
    #expect(
      document.elements(document.value("numbers", of: root)) == [
        .integer(0), .integer(-1), .integer(255), .integer(1 << 31), .integer(-(1 << 40)),
        .integer(.max), .integer(.min),
      ])
    #expect(document.text("text", of: root) == "größer, \"twice\"")
    #expect(document.text("again", of: root) == "größer, \"twice\"")
    #expect(document.value("yes", of: root) == .boolean(true))
    #expect(document.elements(document.value("pair", of: root)) == [.integer(7), .integer(8)])
  }

  @Test func `numbers, texts and bytes of every width are read`() throws {
    // G: 0.5 as a big-endian double; \x8a: a long of nine bytes, 2⁶³, which wraps around
    let bytes: [UInt8] =
      [0x80, 3, UInt8(ascii: "("), UInt8(ascii: "N"), UInt8(ascii: "M"), 0x34, 0x12]
      + [UInt8(ascii: "G"), 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]
      + [0x8a, 2, 0, 0x80, 0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0]
      + [UInt8(ascii: "C"), 2, 1, 2, 0x8a, 0, UInt8(ascii: "l"), UInt8(ascii: ".")]
    let document = try PickleReader.read(bytes)
    #expect(
      document.elements(document.root) == [
        .none, .integer(0x1234), .number(0.5), .integer(-32768), .integer(.min), .bytes([1, 2]),
        .integer(0),
      ])
  }
}
