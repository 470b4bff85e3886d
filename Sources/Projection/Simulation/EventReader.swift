import Catalogue

/// Reads a file of events.
struct EventReader {
  private let path: String
  private let bytes: [UInt8]
  private let workspace: Int
  private var columns: [String: Int] = [:]
  private var offset = 0
  private var line = 0
  private var fields: [Range<Int>] = []
  private var allocations: [Int: Int] = [:]
  private var stream = AllocationStream()

  init(_ bytes: [UInt8], _ path: String, workspace: Int) throws(InputError) {
    self.path = path
    self.bytes = bytes
    self.workspace = workspace
    // A byte-order mark, which spreadsheets write, is no part of the first heading.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    guard nextLine(), text(0) == EventFile.schema else {
      throw InputError(
        path, found: "a file that begins with \(quotedLine)",
        expected: "the headings of \(EventFile.schema), or a pickle of PyTorch")
    }
    for index in fields.indices { columns[text(index)] = index }
    for column in ["kind", "tensor", "bytes"] where columns[column] == nil {
      throw InputError(
        "\(path):1", field: column, found: "no such column", expected: "kind, tensor and bytes")
    }
  }

  mutating func read() throws(InputError) -> AllocationStream {
    var hasWorkspace = workspace == 0
    while nextLine() {
      guard fields.count == columns.count else {
        throw InputError(
          place, found: "\(fields.count) values", expected: "\(columns.count), one for each heading"
        )
      }
      if !hasWorkspace, field("phase") != "load" {
        stream.allocateWorkspace(workspace)
        hasWorkspace = true
      }
      try readEvent()
    }
    return stream
  }

  private mutating func readEvent() throws(InputError) {
    let tensor = try integer("tensor")
    let kind = field("kind")
    switch kind {
    case "allocate":
      let bytes = try integer("bytes")
      guard (0...AllocationStream.largest).contains(bytes) else {
        throw mistaken("bytes", "0 to \(AllocationStream.largest)")
      }
      guard allocations[tensor] == nil else {
        throw mistaken("tensor", "one that is not allocated yet")
      }
      let stream = columns["stream"] == nil ? 0 : try integer("stream")
      allocations[tensor] = self.stream.allocate(bytes, stream: stream, label())
    case "free":
      guard let number = allocations.removeValue(forKey: tensor) else {
        throw mistaken("tensor", "one that is allocated")
      }
      stream.add(.free, number)
    case "retag":
      guard let number = allocations[tensor] else {
        throw mistaken("tensor", "one that is allocated")
      }
      stream.add(.rename, number, label())
    default: throw mistaken("kind", "allocate, free or retag")
    }
  }

  private mutating func label() -> Int32 {
    stream.number(
      of: AllocationStream.Label(field("category") ?? "unknown", field("path") ?? "unknown"))
  }

  /// Finds the fields of the next line that is not empty.
  private mutating func nextLine() -> Bool {
    while offset < bytes.count {
      line += 1
      fields.removeAll(keepingCapacity: true)
      var start = offset
      while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") {
        if bytes[offset] == UInt8(ascii: ",") {
          fields.append(start..<offset)
          start = offset + 1
        }
        offset += 1
      }
      let hasReturn = offset > start && bytes[offset - 1] == UInt8(ascii: "\r")
      fields.append(start..<(hasReturn ? offset - 1 : offset))
      offset += 1
      if fields.count > 1 || !fields[0].isEmpty { return true }
    }
    return false
  }

  private func text(_ index: Int) -> String {
    String(decoding: bytes[fields[index]], as: UTF8.self)
  }

  private func field(_ column: String) -> String? { columns[column].map(text) }

  private func integer(_ column: String) throws(InputError) -> Int {
    guard let index = columns[column], let value = Int(text(index)) else {
      throw mistaken(column, "an integer")
    }
    return value
  }

  private var place: String { "\(path):\(line)" }

  private var quotedLine: String {
    guard let first = fields.first, let last = fields.last else { return "nothing" }
    // Enough for what a message shows of it.
    let shown = bytes[first.lowerBound..<min(last.upperBound, first.lowerBound + 200)]
    return String(decoding: shown, as: UTF8.self).quoted
  }

  private func mistaken(_ column: String, _ expected: String) -> InputError {
    InputError(place, field: column, found: (field(column) ?? "").quoted, expected: expected)
  }
}
