import Catalogue

/// One entry of the ledger: memory taken, given back, or put to another use.
public struct Event: Codable, Sendable, Equatable {
  /// What happened to the tensor.
  public enum Kind: String, Codable, Sendable {
    /// It came, or went.
    case allocate, free
    /// The tensor keeps its memory and gets another role: an output becomes what backward needs.
    case retag
  }

  /// Position in the stream, from 0.
  public let sequence: Int
  /// What happened.
  public let kind: Kind
  /// When it happened.
  public let phase: Phase
  /// What the memory is for.
  public let category: Category
  /// Which tensor it is.
  public let role: TensorRole
  /// Where in the model; `Ledger.path(of:)` spells it out.
  public let scope: Scope
  /// Format of its elements.
  public let precision: Precision
  /// Number of the tensor within the run.
  public let tensor: Int
  /// Bytes taken (positive) or given back (negative); 0 for a retag.
  public let bytes: Int
}
