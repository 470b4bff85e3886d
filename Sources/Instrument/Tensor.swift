import Catalogue

/// A matrix of numbers and the entry in the ledger that accounts for it.
///
/// A tensor owns its memory and gives it back when it ends: at the end of its scope, or earlier by
/// `_ = consume tensor`. It cannot be copied, so that the moment of its end is fixed by the program
/// text and is the same in a debug and a release build. In a dry run it has no storage.
public struct Tensor: ~Copyable {
  /// What it is. In an object of its own, because the compiler follows every field of every tensor
  /// that a layer may hold, and takes minutes over a block whose tensors have seven each.
  private let description: Description

  private final class Description {
    let rows: Int
    let columns: Int
    let precision: Precision
    let role: TensorRole
    let storage: UnsafeMutableRawPointer?
    /// Number in the ledger; nil for a part of another tensor, which has the entry.
    let id: Int?
    let engine: Engine

    init(
      _ rows: Int, _ columns: Int, _ precision: Precision, _ role: TensorRole,
      _ storage: UnsafeMutableRawPointer?, _ id: Int?, _ engine: Engine
    ) {
      self.rows = rows
      self.columns = columns
      self.precision = precision
      self.role = role
      self.storage = storage
      self.id = id
      self.engine = engine
    }
  }

  /// Number of rows; what a row stands for is the op's affair.
  public var rows: Int { description.rows }
  /// Number of columns.
  public var columns: Int { description.columns }
  /// Format of the elements.
  public var precision: Precision { description.precision }
  /// Which tensor it was when it was allocated.
  public var role: TensorRole { description.role }

  var storage: UnsafeMutableRawPointer? { description.storage }
  private var engine: Engine { description.engine }

  init(
    _ rows: Int, _ columns: Int, _ precision: Precision, _ category: Category, _ role: TensorRole,
    _ engine: Engine
  ) {
    let bytes = rows * columns * precision.width
    let id = engine.ledger.allocate(bytes, precision, category, role)
    let storage = engine.arena?.allocate(bytes, lasting: category.isLasting)
    description = Description(rows, columns, precision, role, storage, id, engine)
  }

  private init(_ elements: Range<Int>, of whole: borrowing Tensor) {
    let storage = whole.storage.map { $0 + elements.lowerBound * whole.precision.width }
    description = Description(
      1, elements.count, whole.precision, whole.role, storage, nil, whole.engine)
  }

  deinit {
    guard let id = description.id else { return }
    engine.ledger.free(id)
    if let storage { engine.arena?.release(storage, bytes) }
  }

  /// Number of elements.
  public var count: Int { rows * columns }

  /// Size in bytes.
  public var bytes: Int { count * precision.width }

  /// Gives the tensor another role, at the present place in the model.
  public func retag(_ role: TensorRole) {
    if let id = description.id { engine.ledger.retag(id, role) }
  }

  /// Calls `body` with some of the elements as a tensor (1,n), which shares their memory.
  public func withPart<Result: ~Copyable>(
    _ elements: Range<Int>, _ body: (borrowing Tensor) -> Result
  ) -> Result {
    precondition(elements.lowerBound >= 0 && elements.upperBound <= count)
    return body(Tensor(elements, of: self))
  }

  /// The elements of a tensor of fp32. Only in a real run.
  public var floats: UnsafeMutablePointer<Float> { pointer(.fp32) }

  /// The elements of a mask. Only in a real run.
  var masks: UnsafeMutablePointer<UInt8> { pointer(.int8) }

  /// The elements of a tensor of token ids. Only in a real run.
  public var integers: UnsafeMutablePointer<Int64> { pointer(.int64) }

  /// The elements of a tensor of places. Only in a real run.
  var shortIntegers: UnsafeMutablePointer<Int32> { pointer(.int32) }

  /// The place of the elements, in whatever format. In a dry run it is a placeholder that nothing
  /// reads, for ops whose dry run walks the same loops.
  var elements: Elements { Elements(base: storage ?? Self.placeholder, precision: precision) }

  /// The same for a workspace of floats.
  var address: UnsafeMutablePointer<Float> {
    precondition(precision == .fp32, "a tensor of \(precision) read as fp32")
    return (storage ?? Self.placeholder).assumingMemoryBound(to: Float.self)
  }

  /// The same for a mask.
  var maskAddress: UnsafeMutablePointer<UInt8> {
    precondition(precision == .int8, "a tensor of \(precision) read as a mask")
    return (storage ?? Self.placeholder).assumingMemoryBound(to: UInt8.self)
  }

  private nonisolated(unsafe) static let placeholder = UnsafeMutableRawPointer.allocate(
    byteCount: 64, alignment: 64)

  private func pointer<Element>(_ expected: Precision) -> UnsafeMutablePointer<Element> {
    precondition(precision == expected, "a tensor of \(precision) read as \(expected)")
    guard let storage else { preconditionFailure("a dry run has no numbers") }
    return storage.assumingMemoryBound(to: Element.self)
  }

  /// The elements as floats. Only in a real run.
  public func values() -> [Float] {
    precondition(storage != nil, "a dry run has no numbers")
    return Array(unsafeUninitializedCapacity: count) { floats, initialised in
      elements.widen(count: count, into: floats.baseAddress!)
      initialised = count
    }
  }

  /// Replaces the elements, rounded to the tensor's format. Only in a real run.
  ///
  /// - Parameter values: as many as the tensor has elements.
  public func assign(_ values: [Float]) {
    precondition(values.count == count, "\(values.count) values for a tensor of \(count)")
    precondition(storage != nil, "a dry run has no numbers")
    elements.narrow(count: count, from: values)
  }
}
