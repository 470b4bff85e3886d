/// A block of queries, or of keys, in tiled attention.
struct Tile {
  static let size = 128

  /// Its first row.
  let first: Int
  /// Where its rows are in their sequence.
  let positions: Range<Int>
  /// Where the row before it is; nil for the first.
  let previous: Range<Int>?

  /// Number of rows.
  var count: Int { positions.count }
  /// Where its first row is.
  var position: Int { positions.lowerBound }

  /// So many rows, as if they were the first of a sequence.
  static func rows(_ count: Int) -> Tile { Tile(first: 0, positions: 0..<count, previous: nil) }

  /// The blocks of stretches.
  static func all(_ stretches: [Stretch]) -> [Tile] {
    var tiles: [Tile] = []
    for stretch in stretches {
      for row in stride(from: 0, to: stretch.count, by: size) {
        let position = stretch.position + row
        tiles.append(
          Tile(
            first: stretch.first + row,
            positions: position..<position + min(size, stretch.count - row),
            previous: tiles.last?.positions.suffix(1)))
      }
    }
    return tiles
  }
}

/// The blocks of keys in tiled attention. In a dry run, in which no block needs room, all that a block
/// of queries sees are one: it takes as long for a long sequence as for a short one.
struct KeyTiles {
  private let shape: AttentionShape
  private let tiles: [Tile]
  private let isDry: Bool

  init(_ shape: AttentionShape, isDry: Bool) {
    self.shape = shape
    self.isDry = isDry
    tiles = Tile.all(Stretch.all(at: [0..<shape.keys]))
  }

  /// Those with a key that any of the queries sees, in order.
  func seen(by queries: Tile) -> ArraySlice<Tile> {
    let keys = shape.seen(by: queries.positions)
    guard !keys.isEmpty else { return [] }
    let seen = tiles[keys.lowerBound / Tile.size..<(keys.upperBound + Tile.size - 1) / Tile.size]
    guard isDry, let first = seen.first, let last = seen.last else { return seen }
    let positions = first.position..<last.positions.upperBound
    return [Tile(first: positions.lowerBound, positions: positions, previous: nil)]
  }

  /// Keys in the blocks that are not among these.
  func hidden(beside seen: ArraySlice<Tile>) -> Int {
    shape.keys - seen.reduce(0) { $0 + $1.count }
  }
}
