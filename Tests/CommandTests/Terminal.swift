import Foundation
import TestSupport
import Testing

/// A terminal that a test looks at: what the command writes to it can be read.
struct Terminal {
  /// What is written to the terminal, which keeps the rest from tests.
  enum Stream { case output, errors }

  private let ours: FileHandle
  private let theirs: FileHandle

  // TIOCSPTLCK and TIOCGPTN of asm-generic/ioctls.h, whose macros Swift does not read.
  private static let setLock: UInt = 0x4004_5431
  private static let number: UInt = 0x8004_5430

  /// - Parameter width: characters of a line.
  init(width: Int) throws {
    let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    try #require(descriptor >= 0)
    ours = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var (lock, number): (Int32, Int32) = (0, 0)
    try #require(ioctl(descriptor, Self.setLock, &lock) == 0)
    try #require(ioctl(descriptor, Self.number, &number) == 0)
    let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    try #require(other >= 0)
    theirs = FileHandle(fileDescriptor: other, closeOnDealloc: true)
    var size = winsize(ws_row: 24, ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    try #require(ioctl(other, UInt(TIOCSWINSZ), &size) == 0)
  }

  /// Runs the command, one of whose streams is the terminal.
  ///
  /// - Returns: all that was written to it; a line feed is one character.
  func text(
    _ arguments: [String], _ stream: Stream, _ environment: [String: String] = [:],
    status: Int32 = 0
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: command)
    process.arguments = arguments
    process.environment = ownEnvironment.merging(["TERM": "xterm"]) { $1 }
      .merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = stream == .output ? theirs : FileHandle.nullDevice
    process.standardError = stream == .errors ? theirs : FileHandle.nullDevice
    try process.run()
    try theirs.close()
    var bytes = Data()
    var part = [UInt8](repeating: 0, count: 4096)
    // When nobody has the other side any more, reading fails.
    while case let count = read(ours.fileDescriptor, &part, part.count), count > 0 {
      bytes += part.prefix(count)
    }
    process.waitUntilExit()
    #expect(process.terminationStatus == status)
    return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
  }
}

/// What the command writes to a terminal.
func onTerminal(
  _ arguments: String..., stream: Terminal.Stream = .output, width: Int = 80,
  environment: [String: String] = [:]
) throws -> String {
  try Terminal(width: width).text(arguments, stream, environment)
}
