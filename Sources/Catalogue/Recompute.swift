/// Which activations are computed a second time in backward, rather than kept (Chen et al.,
/// arXiv 1604.06174; Korthikanti et al., arXiv 2205.05198, section 5).
public enum Recompute: Sendable, Hashable {
  /// Everything is kept.
  case none
  /// The attention core, from queries, keys and values to the context: large, and cheap to redo.
  /// Tiled attention does so anyway, and keeps what it needs.
  case selective
  /// Every block; its input is kept.
  case full
  /// Groups of about √l blocks; the input of each group is kept.
  case squareRoot
  /// Groups of that many blocks; the input of each group is kept.
  case every(Int)

  /// Blocks in a group, for a model of that many; nil where blocks keep their activations.
  public func groupSize(layers: Int) -> Int? {
    switch self {
    case .none, .selective: nil
    case .full: 1
    case .squareRoot: max(1, Int(Double(layers).squareRoot().rounded()))
    case .every(let size): size
    }
  }
}

/// As the command line spells it: `none`, `selective`, `full`, `sqrt`, `every:4`.
extension Recompute: RawRepresentable, Codable {
  /// The modes, as the command line spells them.
  public static let spellings = ["none", "selective", "full", "sqrt", "every:K"]

  /// The mode of that spelling; nil if there is none.
  public init?(rawValue: String) {
    switch rawValue {
    case "none": self = .none
    case "selective": self = .selective
    case "full": self = .full
    case "sqrt": self = .squareRoot
    default:
      guard rawValue.hasPrefix("every:"), let size = Int(rawValue.dropFirst(6)), size >= 1 else {
        return nil
      }
      self = .every(size)
    }
  }

  /// The spelling.
  public var rawValue: String {
    switch self {
    case .none: "none"
    case .selective: "selective"
    case .full: "full"
    case .squareRoot: "sqrt"
    case .every(let size): "every:\(size)"
    }
  }
}
