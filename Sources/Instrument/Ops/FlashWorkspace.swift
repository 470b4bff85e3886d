import CKernels
import Catalogue

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

/// The tiles and vectors of each lane.
struct FlashWorkspace: ~Copyable {
  private let tensor: Tensor
  private let masks: Tensor?
  private let matrices: Int
  private let dropout: Dropout
  private let shape: AttentionShape

  init(
    _ engine: Engine, _ shape: AttentionShape, _ dropout: Dropout, matrices: Int, vectors: Int
  ) {
    let lanes = Engine.lanes(for: shape.items)
    let width = Tile.size * (matrices * Tile.size + vectors)
    tensor = engine.make(lanes, width, .temporary, .attentionWorkspace, precision: .fp32)
    masks =
      dropout.isActive
      ? engine.make(lanes, Tile.size, .temporary, .attentionWorkspace, precision: .int8) : nil
    self.matrices = matrices
    self.dropout = dropout
    self.shape = shape
  }

  func matrix(_ index: Int, _ lane: Lane) -> UnsafeMutablePointer<Float> {
    tensor.address + lane.index * tensor.columns + index * Tile.size * Tile.size
  }

  func vector(_ index: Int, _ lane: Lane) -> UnsafeMutablePointer<Float> {
    matrix(matrices, lane) + index * Tile.size
  }

  /// Applies the mask to a tile, row by row from its seed; nothing without dropout.
  func drop(
    _ output: UnsafeMutablePointer<Float>, _ input: UnsafeMutablePointer<Float>, _ item: Int,
    _ firstQuery: Int, _ firstKey: Int, _ rows: Int, _ lane: Lane
  ) {
    switch masks {
    case .none: return
    case .some(let masks):
      let mask = masks.maskAddress + lane.index * Tile.size
      let columns = min(Tile.size, shape.keys - firstKey)
      for row in 0..<rows {
        let first = (item * shape.sequence + firstQuery + row) * shape.keys + firstKey
        let at = row * Tile.size
        dropout_mask(mask, dropout.seed, UInt64(first), dropout.probability, columns)
        dropout_apply(output + at, input + at, mask, dropout.probability, columns)
      }
    }
  }
}
