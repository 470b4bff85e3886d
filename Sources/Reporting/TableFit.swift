/// How the columns of a table share the width of a page.
struct TableFit {
  /// Columns that stand side by side.
  struct Part: Equatable {
    let columns: [Int]
    /// In characters, without the margin.
    let widths: [Int]
  }

  /// One below the other.
  let parts: [Part]

  static let margin = "  "
  /// A column of words below this is no pleasure to read.
  private static let narrowest = 12
  /// A longer word may be cut.
  private static let longestWord = 30

  init(_ table: Table, width: Int) {
    let columns = table.columns
    let natural = columns.indices.map { column in
      table.rows.reduce(columns[column].heading.count) { max($0, $1[column].count) }
    }
    let least = columns.indices.map { column in
      let (cells, heading) = (table.rows.map { $0[column] }, columns[column].heading)
      guard !columns[column].isNumeric else {
        return max(heading.longestWord, cells.map(\.count).max() ?? 0)
      }
      let word = max(heading.longestWord, cells.map(\.longestWord).max() ?? 0)
      return min(natural[column], max(Self.narrowest, min(word, Self.longestWord)))
    }
    let cut = zip(columns, least).map { $0.isNumeric ? $1 : min($1, Self.narrowest) }
    // Words side by side are read together: they are rather cut than put asunder.
    let needed = columns.contains(where: \.isNumeric) ? least : cut
    let keys = Self.keys(columns, cut, width)
    parts = Self.divided(Array(columns.indices), keys, needed, width).map { indices in
      Part(
        columns: indices,
        widths: Self.fitted(
          indices.map { natural[$0] },
          to: [least, cut].map { floors in indices.map { floors[$0] } },
          width))
    }
  }

  private static func total(_ widths: [Int]) -> Int {
    widths.reduce(0) { $0 + $1 + margin.count }
  }

  /// The columns of words that come first and name the rows: all of them, as far as they leave room
  /// for the widest number; where there is no number, the first.
  private static func keys(_ columns: [Table.Column], _ cut: [Int], _ width: Int) -> [Int] {
    let names = columns.prefix { !$0.isNumeric }.count
    let widest = columns.indices.filter { columns[$0].isNumeric }.map { cut[$0] }.max()
    var keys = Array(0..<(widest == nil ? min(1, names) : names))
    while keys.count > 1, total(keys.map { cut[$0] } + [widest ?? 0]) > width { keys.removeLast() }
    return keys
  }

  /// As many columns as have room, then the next, each time beside the names.
  private static func divided(
    _ columns: [Int], _ keys: [Int], _ least: [Int], _ width: Int
  ) -> [[Int]] {
    var parts: [[Int]] = [[]]
    for column in columns {
      let current = parts[parts.count - 1]
      let isNew = current.count > (parts.count == 1 ? 0 : keys.count)
      if isNew, !keys.contains(column), total((current + [column]).map { least[$0] }) > width {
        parts.append(keys)
      }
      parts[parts.count - 1].append(column)
    }
    return parts
  }

  /// Takes from the widest column, one character at a time, until a line fits: first down to whole
  /// words, then, where that does not help, further.
  private static func fitted(_ natural: [Int], to floors: [[Int]], _ width: Int) -> [Int] {
    var widths = natural
    for floor in floors {
      while total(widths) > width {
        let foldable = widths.indices.filter { widths[$0] > floor[$0] }
        guard let widest = foldable.max(by: { widths[$0] < widths[$1] }) else { break }
        widths[widest] -= 1
      }
    }
    return widths
  }
}

extension String {
  /// The characters of its longest word.
  fileprivate var longestWord: Int { split(separator: " ").map(\.count).max() ?? 0 }
}
