import Foundation

/// Reads pickles of protocols 2 to 5 (Python's Lib/pickletools.py describes the instructions), as
/// far as they build plain values. Instructions that import or call something are refused.
struct PickleReader {
  private let bytes: [UInt8]
  private var offset = 0
  private var document = PickleDocument()
  private var stack: [PickleDocument.Value] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleDocument.Value] = [:]

  /// The value that the bytes describe.
  static func read(_ bytes: [UInt8]) throws(PickleError) -> PickleDocument {
    var reader = PickleReader(bytes: bytes)
    return try reader.run()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func run() throws(PickleError) -> PickleDocument {
    guard bytes.first == 0x80 else { throw failure("no pickle of protocol 2 or later") }
    while true {
      let start = offset
      let code = try byte()
      if code == UInt8(ascii: ".") {
        document.root = try pop()
        return document
      }
      guard try perform(code) else {
        offset = start
        throw failure("an instruction that plain values do not need (\(Self.shown(code)))")
      }
    }
  }

  private static func shown(_ code: UInt8) -> String {
    (33...126).contains(code)
      ? "\"\(Character(UnicodeScalar(code)))\"" : "0x\(String(code, radix: 16))"
  }

  /// Performs an instruction.
  ///
  /// - Returns: whether it is one that builds plain values.
  private mutating func perform(_ code: UInt8) throws(PickleError) -> Bool {
    if try performScalar(code) { return true }
    if try performText(code) { return true }
    return try performContainer(code)
  }

  private mutating func performScalar(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.boolean(true))
    case 0x89: stack.append(.boolean(false))
    case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case UInt8(ascii: "K"): stack.append(.integer(try number(1)))
    case UInt8(ascii: "M"): stack.append(.integer(try number(2)))
    case 0x8a: stack.append(.integer(try long(try number(1))))
    case 0x8b: stack.append(.integer(try long(try number(4))))
    case UInt8(ascii: "G"):
      let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      stack.append(.number(Double(bitPattern: bits)))
    case 0x80:
      let version = try byte()
      guard (2...5).contains(version) else { throw failure("protocol \(version)") }
    case 0x95: _ = try take(8)
    default: return false
    }
    return true
  }

  private mutating func performText(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "X"): stack.append(.text(try text(try number(4))))
    case 0x8c: stack.append(.text(try text(try number(1))))
    case 0x8d: stack.append(.text(try text(try number(8))))
    case UInt8(ascii: "B"): stack.append(.bytes(Array(try take(try number(4)))))
    case UInt8(ascii: "C"): stack.append(.bytes(Array(try take(try number(1)))))
    case 0x8e: stack.append(.bytes(Array(try take(try number(8)))))
    default: return false
    }
    return true
  }

  private mutating func performContainer(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "]"), UInt8(ascii: ")"): push(list: [])
    case UInt8(ascii: "l"), UInt8(ascii: "t"): push(list: try popToMark())
    case 0x85, 0x86, 0x87: push(list: try pop(Int(code) - 0x84))
    case UInt8(ascii: "}"): try push(dictionary: [])
    case UInt8(ascii: "d"): try push(dictionary: try popToMark())
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"): try set(try pop(2))
    case UInt8(ascii: "u"): try set(try popToMark())
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "q"): memo[try number(1)] = try top()
    case UInt8(ascii: "r"): memo[try number(4)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): try recall(try number(1))
    case UInt8(ascii: "j"): try recall(try number(4))
    default: return false
    }
    return true
  }

  private mutating func recall(_ index: Int) throws(PickleError) {
    guard let value = memo[index] else { throw failure("a value that was not stored") }
    stack.append(value)
  }
}

extension PickleReader {
  private mutating func push(list: [PickleDocument.Value]) {
    stack.append(.list(document.lists.count))
    document.lists.append(list)
  }

  private mutating func push(dictionary: [PickleDocument.Value]) throws(PickleError) {
    stack.append(.dictionary(document.dictionaries.count))
    document.dictionaries.append([])
    try set(dictionary)
  }

  private mutating func append(_ values: [PickleDocument.Value]) throws(PickleError) {
    guard case .list(let list) = try top() else { throw failure("elements without a list") }
    document.lists[list] += values
  }

  /// Keys and values in turn.
  private mutating func set(_ values: [PickleDocument.Value]) throws(PickleError) {
    guard case .dictionary(let number) = try top(), values.count.isMultiple(of: 2) else {
      throw failure("entries without a dictionary")
    }
    for index in stride(from: 0, to: values.count, by: 2) {
      document.dictionaries[number].append(
        PickleDocument.Entry(key: values[index], value: values[index + 1]))
    }
  }

  private func top() throws(PickleError) -> PickleDocument.Value {
    guard let value = stack.last, stack.count > marks.last ?? 0 else {
      throw failure("nothing where a value is needed")
    }
    return value
  }

  private mutating func pop() throws(PickleError) -> PickleDocument.Value {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(PickleError) -> [PickleDocument.Value] {
    guard stack.count - count >= marks.last ?? 0 else {
      throw failure("nothing where a value is needed")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(PickleError) -> [PickleDocument.Value] {
    guard let mark = marks.popLast() else { throw failure("an end without a beginning") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }
}

extension PickleReader {
  private func failure(_ found: String) -> PickleError {
    PickleError(offset: offset, found: found)
  }

  private mutating func byte() throws(PickleError) -> UInt8 {
    guard offset < bytes.count else { throw failure("the end of the file within a value") }
    defer { offset += 1 }
    return bytes[offset]
  }

  private mutating func take(_ count: Int) throws(PickleError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - offset else {
      throw failure("the end of the file within a value")
    }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// A number without a sign, its lowest byte first.
  private mutating func number(_ width: Int) throws(PickleError) -> Int {
    Int(truncatingIfNeeded: try take(width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// A number in two's complement of any width.
  private mutating func long(_ width: Int) throws(PickleError) -> Int {
    let digits = try take(width)
    guard let last = digits.last else { return 0 }
    // Addresses are 64 bits without a sign, for which Python writes a ninth byte of zeros.
    guard width <= 8 || (width == 9 && last == 0) else {
      throw failure("a number of \(width) bytes")
    }
    let sign = Int(Int8(bitPattern: last)) >> 7
    return digits.prefix(8).reversed().reduce(sign) { $0 << 8 | Int($1) }
  }

  private mutating func text(_ count: Int) throws(PickleError) -> String {
    String(decoding: try take(count), as: UTF8.self)
  }
}
