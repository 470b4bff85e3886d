/// Adafactor's second moment of a parameter: the means over the rows and columns of each of its
/// matrices, or of a vector every element.
public struct FactoredMoment: ~Copyable {
  /// (matrices·R,1); nil for a vector.
  public let rows: Tensor?
  /// (matrices,C).
  public let columns: Tensor

  /// - Parameters:
  ///   - rows: (matrices·R,1), or nil.
  ///   - columns: (matrices,C).
  public init(rows: consuming Tensor?, columns: consuming Tensor) {
    self.rows = rows
    self.columns = columns
  }

  /// Matrices that lie one below the other.
  var matrices: Int { columns.rows }

  /// Where the means over rows are, in a real run; nil for a vector.
  var rowsOrNil: UnsafeMutablePointer<Float>? {
    switch rows {
    case .some(let rows): rows.floats
    case .none: nil
    }
  }
}
