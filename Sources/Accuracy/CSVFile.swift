import Catalogue
import Foundation

/// A file of comma-separated values (RFC 4180) with a line of headings.
struct CSVFile {
  /// Its lines below the headings.
  let rows: [Row]

  /// A line.
  struct Row: Sendable {
    fileprivate let cells: [String: String]
    /// Where it is, for messages.
    let place: String
  }

  init(_ path: String) throws(InputError) {
    var reader = Reader(String(decoding: try TextFile.bytes(path), as: UTF8.self))
    guard let headings = reader.next() else {
      throw InputError(path, found: "an empty file", expected: "a line of headings")
    }
    var rows: [Row] = []
    while let cells = reader.next() {
      let place = "\(path):\(rows.count + 2)"
      guard cells.count == headings.count else {
        throw InputError(
          place, found: "\(cells.count) values", expected: "\(headings.count), one for each heading"
        )
      }
      rows.append(
        Row(cells: Dictionary(zip(headings, cells)) { $1 }, place: place))
    }
    self.rows = rows
  }
}

extension CSVFile.Row {
  /// The text of a column, empty where there is no such column.
  func text(_ column: String) -> String { cells[column, default: ""] }

  /// The number of a column; nil where there is none.
  func number(_ column: String) -> Double? { Double(text(column)) }

  /// The whole number of a column; nil where there is none.
  func integer(_ column: String) -> Int? { number(column).flatMap { Int(exactly: $0) } }

  /// The number of a column.
  ///
  /// - Throws: `InputError` where there is none.
  func required(_ column: String) throws(InputError) -> Double {
    guard let number = number(column) else { throw missing(column, "a number") }
    return number
  }

  /// The whole number of a column: a size or a count, unless less is allowed.
  ///
  /// - Throws: `InputError` where there is none.
  func requiredInteger(_ column: String, atLeast least: Int = 1) throws(InputError) -> Int {
    guard let integer = integer(column), integer >= least else {
      throw missing(column, "a whole number of at least \(least)")
    }
    return integer
  }

  private func missing(_ column: String, _ expected: String) -> InputError {
    InputError(place, field: column, found: "\"\(text(column))\"", expected: expected)
  }
}

/// Reads cells, quoted or not.
private struct Reader {
  private let characters: [Unicode.Scalar]
  private var offset = 0

  init(_ text: String) { characters = text.unicodeScalars.filter { $0 != "\r" } }

  /// The cells of the next line that is not empty; nil at the end.
  mutating func next() -> [String]? {
    while offset < characters.count, characters[offset] == "\n" { offset += 1 }
    guard offset < characters.count else { return nil }
    var cells = [cell()]
    while offset < characters.count, characters[offset] == "," {
      offset += 1
      cells.append(cell())
    }
    return cells
  }

  private mutating func cell() -> String {
    var text = String.UnicodeScalarView()
    var isQuoted = false
    while offset < characters.count {
      let character = characters[offset]
      if character == "\"" {
        let isDoubled = isQuoted && offset + 1 < characters.count && characters[offset + 1] == "\""
        if isDoubled { text.append("\"") } else { isQuoted.toggle() }
        offset += isDoubled ? 2 : 1
        continue
      }
      if !isQuoted, character == "," || character == "\n" { break }
      text.append(character)
      offset += 1
    }
    return String(text)
  }
}
