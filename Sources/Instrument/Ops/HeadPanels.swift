import Catalogue

/// The heads that one lane works on, as the floats that products want: where they lie, or, where
/// they are stored in 16 bits, widened into the lane's workspace.
struct HeadPanels: ~Copyable {
  private let workspace: Tensor?
  private let shape: AttentionShape
  private let rows: Int

  /// A head as floats.
  struct Panel {
    let floats: UnsafeMutablePointer<Float>
    /// Distance between rows.
    let stride: Int

    func advanced(by rows: Int) -> UnsafeMutablePointer<Float> { floats + rows * stride }
  }

  /// - Parameters:
  ///   - count: how many heads a lane holds at a time.
  ///   - isNarrow: whether any of them is stored in 16 bits.
  ///   - rows: how many rows the longest has; as many as queries or keys where nil.
  ///   - shape: the sizes.
  init(
    _ count: Int, isNarrow: Bool, rows: Int? = nil, _ shape: AttentionShape, _ engine: Engine
  ) {
    self.shape = shape
    self.rows = rows ?? max(shape.sequence, shape.keys)
    workspace =
      isNarrow
      ? engine.make(
        Engine.lanes(for: shape.items), count * self.rows * shape.headDimension, .temporary,
        .attentionWorkspace, precision: .fp32) : nil
  }

  /// Distance between the rows of a head, as products get it.
  func stride(_ heads: HeadPlaces.Heads) -> Int {
    heads.base.isNarrow ? shape.headDimension : heads.stride
  }

  /// The head that serves item, for reading.
  ///
  /// - Parameters:
  ///   - slot: which of the lane's panels it takes.
  ///   - rows: how many rows of it; all where nil.
  func read(
    _ heads: HeadPlaces.Heads, _ item: Int, slot: Int, rows: Int? = nil, _ lane: Lane
  ) -> Panel {
    let panel = place(heads, item, slot: slot, lane)
    guard heads.base.isNarrow else { return panel }
    lane.kernel {
      heads.head(item, shape).widen(
        rows: rows ?? heads.rows, columns: shape.headDimension, stride: heads.stride,
        into: panel.floats, width: panel.stride)
    }
    return panel
  }

  /// The same for writing; `store` follows.
  func place(_ heads: HeadPlaces.Heads, _ item: Int, slot: Int, _ lane: Lane) -> Panel {
    if let floats = heads.head(item, shape).floats {
      return Panel(floats: floats, stride: heads.stride)
    }
    switch workspace {
    case .none: preconditionFailure("no workspace for heads of \(heads.base.precision)")
    case .some(let workspace):
      let size = rows * shape.headDimension
      return Panel(
        floats: workspace.address + lane.index * workspace.columns + slot * size,
        stride: shape.headDimension)
    }
  }

  /// Puts what was written where it belongs.
  func store(_ panel: Panel, _ heads: HeadPlaces.Heads, _ item: Int, _ lane: Lane) {
    guard heads.base.isNarrow else { return }
    lane.kernel {
      heads.head(item, shape).narrow(
        rows: heads.rows, columns: shape.headDimension, stride: heads.stride, from: panel.floats,
        width: panel.stride)
    }
  }
}
