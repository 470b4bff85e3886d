import CKernels
import Catalogue

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
