import Catalogue
import Foundation

/// Standard output and standard error, which may be closed, full, or a pipe that nobody reads.
public enum Console {
  /// Writes the whole text to standard output. A reader that has gone, as in `assay claims | head`,
  /// has read what it wanted: the program ends there.
  ///
  /// - Throws: `InputError` if standard output is closed or full.
  public static func write(_ text: String) throws(InputError) {
    switch failure(writing: text, to: STDOUT_FILENO) {
    case nil: return
    case EPIPE: exit(EXIT_SUCCESS)
    case let number?:
      throw InputError(
        "standard output", found: String(cString: strerror(number)),
        expected: "a place that takes the report")
    }
  }

  /// Writes a line, or a part of one, to standard error; if nobody can read it, so be it.
  public static func note(_ text: String) { _ = failure(writing: text, to: STDERR_FILENO) }

  /// - Returns: the system's number of what went wrong.
  private static func failure(writing text: String, to descriptor: Int32) -> Int32? {
    // Which would end the program before it learns that the reader has gone.
    signal(SIGPIPE, SIG_IGN)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}
