/// Allocations and releases in the order in which a program made them, from whatever recorded it.
public struct AllocationStream: Sendable {
  /// What happens to an allocation.
  public enum Action: UInt8, Sendable {
    /// Memory is asked for.
    case allocate
    /// The program gives it back; another stream may still use it.
    case requestFree
    /// It is free again.
    case free
    /// It is put to another use.
    case rename
  }

  /// One entry.
  public struct Step: Sendable, Equatable {
    /// What happens.
    public let action: Action
    /// To which allocation; an index of `allocations`.
    public let allocation: Int32
    /// What it is from now on; an index of `labels`.
    public let label: Int32
  }

  /// A piece of memory.
  public struct Allocation: Sendable, Equatable {
    /// How many bytes the program asks for.
    public let bytes: Int
    /// The stream that it is for.
    public let stream: Int
  }

  /// What a piece of memory is.
  public struct Label: Sendable, Hashable {
    /// What it is for.
    public let category: String
    /// Which it is.
    public let path: String

    /// - Parameters:
    ///   - category: what it is for.
    ///   - path: which it is.
    public init(_ category: String, _ path: String) {
      self.category = category
      self.path = path
    }
  }

  /// The largest size that a file may tell of, 64 TiB: more than any device, and little enough that
  /// sums do not overflow.
  public static let largest = 1 << 46

  /// The pieces of memory, in the order in which they are allocated.
  public private(set) var allocations: [Allocation] = []
  /// What happens, in order.
  public private(set) var steps: [Step] = []
  /// What memory is used for.
  public private(set) var labels: [Label] = []
  private var numbers: [Label: Int32] = [:]

  /// A stream in which nothing happens yet.
  public init() {}

  /// The number of a label.
  public mutating func number(of label: Label) -> Int32 {
    if let number = numbers[label] { return number }
    let number = Int32(labels.count)
    numbers[label] = number
    labels.append(label)
    return number
  }

  /// Adds an allocation.
  ///
  /// - Parameters:
  ///   - bytes: how many the program asks for.
  ///   - stream: the stream that it is for.
  ///   - label: what it is.
  /// - Returns: its number.
  @discardableResult
  public mutating func allocate(_ bytes: Int, stream: Int = 0, _ label: Int32) -> Int {
    allocations.append(Allocation(bytes: bytes, stream: stream))
    add(.allocate, allocations.count - 1, label)
    return allocations.count - 1
  }

  /// Adds what happens to an allocation later.
  public mutating func add(_ action: Action, _ allocation: Int, _ label: Int32 = 0) {
    steps.append(Step(action: action, allocation: Int32(allocation), label: label))
  }
}
