/// Memory that a program takes from the allocator besides its tensors: a workspace of a library, or
/// a buffer of the framework. It is there from the first forward pass to the end.
public struct Holding: Sendable, Equatable {
  /// What it is.
  public let name: String
  /// Bytes of each piece.
  public let pieces: [Int]
  /// How it is known.
  public let basis: Projection.Basis
  /// From where.
  public let source: String

  /// - Parameters:
  ///   - name: what it is.
  ///   - pieces: bytes of each piece.
  ///   - basis: how it is known.
  ///   - source: from where.
  public init(_ name: String, _ pieces: [Int], basis: Projection.Basis = .assumed, source: String) {
    self.name = name
    self.pieces = pieces
    self.basis = basis
    self.source = source
  }

  /// All pieces.
  public var bytes: Int { pieces.reduce(0, +) }

  /// What cuBLAS takes for itself, as PyTorch sets it: a workspace for the thread of the forward
  /// pass and one for that of backward, each of 4096 KiB twice and 16 KiB eight times, or on devices
  /// of compute capability 9 of 4096 KiB eight times (PyTorch, aten/src/ATen/cuda/
  /// CublasHandlePool.cpp, `parseChosenWorkspaceSize`).
  ///
  /// - Parameter computeCapability: of the device; nil where it is not known.
  public static func cuBLAS(computeCapability: String?) -> Holding {
    let isHopper = computeCapability?.hasPrefix("9.") ?? false
    let each = 1024 * (isHopper ? 8 * 4096 : 2 * 4096 + 8 * 16)
    return Holding(
      "workspace", [each, each],
      source: "PyTorch's default CUBLAS_WORKSPACE_CONFIG, one for forward and one for backward")
  }
}
