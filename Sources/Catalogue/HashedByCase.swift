/// An enumeration that is written as text and hashed as a number. Swift hashes an enumeration with
/// raw values by these, and a dictionary that every op looks into has no time to read a text.
public protocol HashedByCase: RawRepresentable, Hashable {}

extension HashedByCase {
  /// Feeds the number of the case to a hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) {
    withUnsafeBytes(of: self) { hasher.combine(bytes: $0) }
  }
}
