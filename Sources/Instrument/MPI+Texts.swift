import CMPI

/// What processes tell each other besides numbers.
extension MPI {
  /// The texts of all processes at process 0, in order; none at the others.
  public func gather(_ text: String) -> [String] {
    guard number == 0 else {
      send(text, to: 0)
      return []
    }
    return [text] + (1..<size).map { receive(from: $0) }
  }

  /// The text of process 0, at all processes.
  public func broadcast(_ text: String) -> String {
    guard number == 0 else { return receive(from: 0) }
    for process in 1..<max(size, 1) { send(text, to: process) }
    return text
  }

  private static let tag: Int32 = 0

  private func send(_ text: String, to process: Int) {
    let bytes = Array(text.utf8)
    var count = bytes.count
    cmpi_send(cmpi_world(), &count, MemoryLayout<Int>.size, Int32(process), Self.tag)
    cmpi_send(cmpi_world(), bytes, count, Int32(process), Self.tag)
  }

  private func receive(from process: Int) -> String {
    var count = 0
    cmpi_receive(cmpi_world(), &count, MemoryLayout<Int>.size, Int32(process), Self.tag)
    var bytes = [UInt8](repeating: 0, count: count)
    cmpi_receive(cmpi_world(), &bytes, count, Int32(process), Self.tag)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension MPI {
  /// What a process has to say before ranks begin: that it is ready for what these lines describe,
  /// or why it is not.
  public enum Statement: Sendable {
    /// It can go on, with these words.
    case ready([String])
    /// It cannot.
    case failed(status: Int32, message: String)
  }

  /// The reason why a run does not begin, the same at all processes.
  public struct Refusal: Error, Sendable {
    /// What the processes end with.
    public let status: Int32
    /// The reason, in one line.
    public let message: String
    /// Whether this process is the one that says so.
    public let isSpoken: Bool
  }

  /// Compares what all processes have to say. Every process of a run calls this first, so that none
  /// waits for another that has failed or runs something else.
  ///
  /// - Throws: `Refusal` at all processes, unless all are ready for the same.
  public func agree(on statement: Statement) throws(Refusal) {
    let verdict = broadcast(Self.verdict(gather(statement.text)))
    guard !verdict.isEmpty else { return }
    let (status, message) = Statement.parts(verdict)
    throw Refusal(status: status, message: message, isSpoken: number == 0)
  }

  /// What keeps the processes from running; empty if nothing does, and where it is not known.
  private static func verdict(_ statements: [String]) -> String {
    if let failed = statements.first(where: { Statement.parts($0).status != 0 }) { return failed }
    guard let other = statements.firstIndex(where: { $0 != statements[0] }) else { return "" }
    let lines = [0, other].map { Statement.parts(statements[$0]).message.split(separator: "\n") }
    let (own, found) = zip(lines[0], lines[1]).first { $0 != $1 } ?? ("nothing", "something")
    let message = "ranks: found \(found) at rank \(other); expected \(own), as at rank 0"
    return Statement.failed(status: differenceStatus, message: message).text
  }

  /// That of bad input.
  private static let differenceStatus: Int32 = 65
}

extension MPI.Statement {
  fileprivate var text: String {
    switch self {
    case .ready(let lines): "0 " + lines.joined(separator: "\n")
    case .failed(let status, let message): "\(status) \(message)"
    }
  }

  fileprivate static func parts(_ text: String) -> (status: Int32, message: String) {
    let parts = text.split(separator: " ", maxSplits: 1)
    return (parts.first.flatMap { Int32($0) } ?? 0, parts.count > 1 ? String(parts[1]) : "")
  }
}
