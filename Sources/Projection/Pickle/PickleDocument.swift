/// A value that Python's pickle wrote: numbers, texts, lists, tuples and dictionaries, and nothing
/// that runs.
///
/// Containers are numbered, and lie side by side: they may hold each other to any depth, or
/// themselves, and still are read and forgotten without recursion.
public struct PickleDocument: Sendable {
  /// A value; a container by its number.
  public enum Value: Sendable, Equatable {
    /// Python's `None`.
    case none
    /// `True` or `False`.
    case boolean(Bool)
    /// An integer of at most 64 bits.
    case integer(Int)
    /// A floating-point number.
    case number(Double)
    /// A string.
    case text(String)
    /// Bytes.
    case bytes([UInt8])
    /// A list or a tuple, by its number in `lists`.
    case list(Int)
    /// A dictionary, by its number in `dictionaries`.
    case dictionary(Int)
  }

  /// A key of a dictionary, and what belongs to it.
  public struct Entry: Sendable {
    /// The key.
    public let key: Value
    /// What belongs to it.
    public let value: Value
  }

  /// The whole.
  public internal(set) var root = Value.none
  /// Lists and tuples.
  public internal(set) var lists: [[Value]] = []
  /// Dictionaries, in the order in which they were filled.
  public internal(set) var dictionaries: [[Entry]] = []

  /// The elements, if the value is a list or a tuple.
  public func elements(_ value: Value?) -> [Value]? {
    guard case .list(let number) = value else { return nil }
    return lists[number]
  }

  /// What belongs to a key, if the value is a dictionary that has it; what was set last.
  public func value(_ key: String, of value: Value?) -> Value? {
    guard case .dictionary(let number) = value else { return nil }
    return dictionaries[number].last { $0.key == .text(key) }?.value
  }

  /// The number that belongs to a key.
  public func integer(_ key: String, of value: Value?) -> Int? {
    guard case .integer(let integer) = self.value(key, of: value) else { return nil }
    return integer
  }

  /// The text that belongs to a key.
  public func text(_ key: String, of value: Value?) -> String? {
    guard case .text(let text) = self.value(key, of: value) else { return nil }
    return text
  }
}

/// A pickle that cannot be read.
public struct PickleError: Error, Sendable, Equatable {
  /// Offset of the byte at which reading stopped.
  public let offset: Int
  /// What was found there.
  public let found: String
}
