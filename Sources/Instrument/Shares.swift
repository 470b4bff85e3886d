/// Stretches of a tensor's elements, one for each member of a group: as long as each other, but for
/// the last, which have what is left.
public struct Shares: Sendable, Equatable {
  private let count: Int
  private let members: Int

  /// - Parameters:
  ///   - count: the tensor's elements.
  ///   - members: the group's.
  public init(of count: Int, among members: Int) { (self.count, self.members) = (count, members) }

  /// The share of a member, by its place in the group.
  public subscript(place: Int) -> Range<Int> {
    let size = (count + members - 1) / members
    return min(place * size, count)..<min((place + 1) * size, count)
  }

  /// Those of all members, one behind the other.
  var all: [Range<Int>] { (0..<members).map { self[$0] } }
}
