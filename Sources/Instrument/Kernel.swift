import Catalogue

/// One call of an op with the sizes that its time on a device follows from. Equal calls are equal
/// kernels, so that an account is a count of each.
public struct Kernel: Sendable, Hashable {
  /// What ran.
  public let operation: Operation
  /// The matrix products; nil where there are none. Of attention those of queries and keys.
  public let product: Sizes?
  /// FLOPs of its matrix products.
  public let matmul: Int
  /// FLOPs of its matrix products, those that a mask hides included.
  public let matmulDense: Int
  /// Bytes that it read and wrote, each operand once.
  public let touchedBytes: Int

  /// `count` products of (m,k) by (k,n).
  public struct Sizes: Sendable, Hashable {
    /// Rows of the result.
    public let m: Int
    /// Columns of the result.
    public let n: Int
    /// Length of the sums.
    public let k: Int
    /// How many products of these sizes there are.
    public let count: Int
    /// Format of the operands; of the narrower, where they differ: a GPU converts the other.
    public let precision: Precision
    /// Whether the result is added to what is there.
    public let accumulates: Bool
    /// Whether elements of the result are dropped between this product and the next.
    public let drops: Bool

    /// - Parameters:
    ///   - m: rows of the result.
    ///   - n: columns of the result.
    ///   - k: length of the sums.
    ///   - count: how many products there are.
    ///   - precision: format of the operands.
    ///   - accumulates: whether the result is added to what is there.
    ///   - drops: whether elements of the result are dropped.
    public init(
      m: Int, n: Int, k: Int, count: Int = 1, precision: Precision, accumulates: Bool = false,
      drops: Bool = false
    ) {
      (self.m, self.n, self.k, self.count) = (m, n, k, count)
      (self.precision, self.accumulates, self.drops) = (precision, accumulates, drops)
    }
  }

  /// - Parameters:
  ///   - operation: what ran.
  ///   - product: the matrix products; nil where there are none.
  ///   - matmul: FLOPs of its matrix products.
  ///   - matmulDense: the same, those that a mask hides included.
  ///   - touchedBytes: bytes that it read and wrote.
  public init(
    _ operation: Operation, product: Sizes? = nil, matmul: Int = 0, matmulDense: Int = 0,
    touchedBytes: Int
  ) {
    (self.operation, self.product) = (operation, product)
    (self.matmul, self.matmulDense) = (matmul, matmulDense)
    self.touchedBytes = touchedBytes
  }
}

extension MatrixProduct {
  /// The sizes, for the account.
  func sizes(_ precision: Precision) -> Kernel.Sizes {
    Kernel.Sizes(m: m, n: n, k: k, precision: precision, accumulates: beta != 0)
  }
}

extension AttentionShape {
  /// The product of queries and keys of all heads, for the account.
  func sizes(_ precision: Precision, drops: Bool) -> Kernel.Sizes {
    Kernel.Sizes(
      m: sequence, n: keys, k: headDimension, count: items, precision: precision, drops: drops)
  }
}
