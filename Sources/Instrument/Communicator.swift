import Catalogue

/// What carries numbers between the ranks of a real run; a dry run needs none, as its ops only
/// enter into the account what would be carried.
///
/// All members of a group call the same methods in the same order. Counts are of elements. A
/// collective returns when the caller's part of it is done.
public protocol Communicator: AnyObject {
  /// Adds the elements up, or takes the largest, over the group; all get the result, in place.
  func allReduce(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, _ reduction: Reduction,
    over group: RankGroup)

  /// The same for single numbers, in double precision.
  func allReduce(_ value: Double, _ reduction: Reduction, over group: RankGroup) -> Double

  /// Puts the members' parts of `whole` together.
  ///
  /// - Parameters:
  ///   - whole: written.
  ///   - part: this rank's; nil where it is in its place already.
  ///   - parts: where each member's part goes, one behind the other.
  ///   - group: the members.
  func allGather(
    _ whole: UnsafeMutablePointer<Float>, from part: UnsafePointer<Float>?, _ parts: [Range<Int>],
    over group: RankGroup)

  /// Adds `whole` up over the group, of which each member gets its part.
  ///
  /// - Parameters:
  ///   - part: written; may lie at its place in `whole`, whose rest is then undefined.
  ///   - whole: read.
  ///   - parts: which part each member gets, one behind the other.
  ///   - group: the members.
  func reduceScatter(
    into part: UnsafeMutablePointer<Float>, from whole: UnsafePointer<Float>, _ parts: [Range<Int>],
    over group: RankGroup)

  /// Sends one of equal parts to each member, and puts together what comes from them.
  ///
  /// - Parameters:
  ///   - output: written.
  ///   - input: read.
  ///   - part: elements of a part.
  ///   - group: the members.
  func allToAll(
    into output: UnsafeMutablePointer<Float>, from input: UnsafePointer<Float>, part: Int,
    over group: RankGroup)

  /// Sends to another rank, and returns before it has arrived; messages of one tag stay in order.
  func send(_ values: UnsafePointer<Float>, _ count: Int, to rank: Int, tag: Int)

  /// Waits for a message.
  func receive(into values: UnsafeMutablePointer<Float>, _ count: Int, from rank: Int, tag: Int)

  /// Returns when all members have called it.
  func barrier(over group: RankGroup)
}

/// How numbers of several ranks become one.
public enum Reduction: String, Codable, Sendable {
  /// They are added.
  case sum
  /// The greatest remains.
  case maximum
}
