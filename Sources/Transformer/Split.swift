import Catalogue
import Instrument

/// How tensor-parallel ranks divide a weight (Shoeybi et al., arXiv 1909.08053, section 3): each has
/// some of its rows, which make some of a layer's outputs; or some of its columns, which take some
/// of its inputs; or all of it.
struct Split: Equatable, Sendable {
  /// What is divided; nil where every rank has all.
  let axis: Axis?
  /// This rank's sizes along the axis: queries, keys and values lie in one matrix, and each of them
  /// is divided by itself.
  let blocks: [Int]
  /// Number of such rows before this rank's, where ranks have different matrices, as of experts.
  var first = 0

  enum Axis: Sendable { case rows, columns }

  static let none = Split(axis: nil, blocks: [])
  static func rows(_ blocks: Int...) -> Split { Split(axis: .rows, blocks: blocks) }
  static func columns(_ blocks: Int...) -> Split { Split(axis: .columns, blocks: blocks) }

  /// Whether this rank's part begins with the whole and has all of its columns and blocks.
  func isWhole(_ rank: Rank) -> Bool { !isDivided(rank) && first == 0 }

  /// Whether tensor-parallel ranks have different parts.
  func isDivided(_ rank: Rank) -> Bool { axis != nil && rank.layout.tensor > 1 }

  /// Where in the whole weight a row of this rank's part begins, by number of the element.
  ///
  /// - Parameters:
  ///   - row: of the part.
  ///   - columns: of the part.
  ///   - rank: whose part it is.
  func start(ofRow row: Int, columns: Int, _ rank: Rank) -> Int {
    switch axis {
    case nil: (first + row) * columns
    case .rows: whole(row, rank) * columns
    case .columns: (first + row) * rank.layout.tensor * columns + whole(0, rank)
    }
  }

  /// The place in the whole weight of an element of this rank's part.
  func place(row: Int, column: Int, columns: Int, _ rank: Rank) -> Int {
    guard axis == .columns else {
      return start(ofRow: row, columns: columns, rank) + column
    }
    return (first + row) * rank.layout.tensor * columns + whole(column, rank)
  }

  /// The index along the axis in the whole.
  private func whole(_ index: Int, _ rank: Rank) -> Int {
    var (index, before) = (index, axis == .rows ? first : 0)
    for block in blocks {
      if index < block { return rank.layout.tensor * before + rank.tensor * block + index }
      index -= block
      before += block
    }
    preconditionFailure("no index \(index) behind \(before)")
  }
}
