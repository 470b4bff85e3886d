import Foundation

/// What text is set for: how long its lines may be, and whether it may have colours.
public struct TextPage: Sendable, Equatable {
  /// Characters of a line.
  public let width: Int
  /// Whether colours are wanted.
  public let isColored: Bool

  /// - Parameters:
  ///   - width: characters of a line.
  ///   - isColored: whether colours are wanted.
  public init(width: Int, isColored: Bool = false) {
    self.width = max(Self.narrowest, width)
    self.isColored = isColored
  }

  /// A file or a pipe: what a wide terminal has, and what a mail or a commit can quote.
  public static let plain = TextPage(width: 100)

  /// Prose is read in lines that are not too long, however wide the terminal is.
  public var proseWidth: Int { min(width, Self.plain.width) }

  /// Narrower pages have no room for a name beside a number.
  private static let narrowest = 32
}

/// When text has colours.
public enum ColorChoice: String, CaseIterable, Sendable {
  /// On a terminal that knows them, unless the variable `NO_COLOR` is set (no-color.org).
  case auto
  /// Whatever the terminal is.
  case always, never
}

extension TextPage {
  /// What standard output is: the width is that of `COLUMNS`, else of the terminal.
  ///
  /// - Parameter choice: whether the user wants colours.
  public static func standardOutput(_ choice: ColorChoice) -> TextPage {
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let columns = environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil }
    let width = columns ?? terminalWidth(STDOUT_FILENO)
    let wantsNone =
      environment["NO_COLOR"]?.isEmpty == false
      || ["", "dumb"].contains(environment["TERM", default: ""])
    let isColored =
      switch choice {
      case .auto: isTerminal && !wantsNone
      case .always: true
      case .never: false
      }
    return TextPage(width: width ?? plain.width, isColored: isColored)
  }

  /// The characters of a terminal's line; nil where there is no terminal, or it does not tell.
  static func terminalWidth(_ descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
