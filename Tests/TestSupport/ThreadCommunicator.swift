import Catalogue
import Foundation
import Instrument

/// Ranks as threads of the test's process, so that layouts can be tested where there is no MPI.
public final class ThreadCommunicator: Communicator {
  private let rank: Rank
  private let meetings: [RankGroup: Meeting]
  private let post: PostOffice

  private init(_ rank: Rank, _ meetings: [RankGroup: Meeting], _ post: PostOffice) {
    self.rank = rank
    self.meetings = meetings
    self.post = post
  }

  /// Runs `body` once for each rank of a layout, all at the same time.
  ///
  /// - Returns: what they return, in order of the ranks.
  public static func run<Result>(
    _ layout: Layout, _ body: @escaping (Rank, ThreadCommunicator) throws -> Result
  ) throws -> [Result] {
    let ranks = (0..<layout.ranks).map { Rank($0, of: layout) }
    var meetings: [[Int]: Meeting] = [:]
    for rank in ranks {
      for group in RankGroup.allCases { meetings[rank.members(group)] = Meeting() }
    }
    let post = PostOffice()
    let board = Board<Result>()
    let threads = ranks.map { rank in
      let own = Dictionary(
        uniqueKeysWithValues: RankGroup.allCases.map { ($0, meetings[rank.members($0)]!) })
      let communicator = ThreadCommunicator(rank, own, post)
      // The threads share only what locks guard.
      nonisolated(unsafe) let (body, shared) = (body, communicator)
      let thread = Thread {
        board.enter(rank.number, Swift.Result { try body(rank, shared) })
      }
      thread.stackSize = 1 << 24
      return thread
    }
    for thread in threads { thread.start() }
    return try board.wait(for: ranks.count).map { try $0.get() }
  }

  private func exchange(_ values: [Double], _ group: RankGroup) -> [[Double]] {
    let members = rank.members(group)
    return meetings[group]!.exchange(
      values, members.firstIndex(of: rank.number)!, of: members.count)
  }

  /// All put down their numbers, and each combines them.
  public func allReduce(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, _ reduction: Reduction,
    over group: RankGroup
  ) {
    let all = exchange((0..<count).map { Double(values[$0]) }, group)
    for index in 0..<count { values[index] = Float(reduction.of(all.map { $0[index] })) }
  }

  /// All put down their number, and each combines them.
  public func allReduce(_ value: Double, _ reduction: Reduction, over group: RankGroup) -> Double {
    reduction.of(exchange([value], group).map { $0[0] })
  }

  /// All put down their parts, and each puts them together.
  public func allGather(
    _ whole: UnsafeMutablePointer<Float>, from part: UnsafePointer<Float>?, _ parts: [Range<Int>],
    over group: RankGroup
  ) {
    let own = parts[rank.members(group).firstIndex(of: rank.number)!]
    let source = part ?? UnsafePointer(whole + own.lowerBound)
    let all = exchange((0..<own.count).map { Double(source[$0]) }, group)
    for (range, values) in zip(parts, all) {
      for (index, value) in zip(range, values) { whole[index] = Float(value) }
    }
  }

  /// All put down all they have, and each adds its part up.
  public func reduceScatter(
    into part: UnsafeMutablePointer<Float>, from whole: UnsafePointer<Float>, _ parts: [Range<Int>],
    over group: RankGroup
  ) {
    let own = parts[rank.members(group).firstIndex(of: rank.number)!]
    let all = exchange((0..<parts.last!.upperBound).map { Double(whole[$0]) }, group)
    for (place, index) in own.enumerated() {
      part[place] = Float(Reduction.sum.of(all.map { $0[index] }))
    }
  }

  /// All put down all they have, and each takes what is for it.
  public func allToAll(
    into output: UnsafeMutablePointer<Float>, from input: UnsafePointer<Float>, part: Int,
    over group: RankGroup
  ) {
    let members = rank.members(group)
    let place = members.firstIndex(of: rank.number)!
    let all = exchange((0..<part * members.count).map { Double(input[$0]) }, group)
    for (member, values) in all.enumerated() {
      for index in 0..<part { output[member * part + index] = Float(values[place * part + index]) }
    }
  }

  /// Posts a copy.
  public func send(_ values: UnsafePointer<Float>, _ count: Int, to receiver: Int, tag: Int) {
    post.send(
      Array(UnsafeBufferPointer(start: values, count: count)), [rank.number, receiver, tag])
  }

  /// Waits for the post.
  public func receive(
    into values: UnsafeMutablePointer<Float>, _ count: Int, from sender: Int, tag: Int
  ) {
    values.update(from: post.receive([sender, rank.number, tag]), count: count)
  }

  /// All put down nothing.
  public func barrier(over group: RankGroup) { _ = exchange([], group) }
}

extension Reduction {
  fileprivate func of(_ values: [Double]) -> Double {
    switch self {
    case .sum: values.reduce(0, +)
    case .maximum: values.max()!
    }
  }
}

/// Where the members of a group put down what they have, and take up what all have.
private final class Meeting: @unchecked Sendable {
  private let condition = NSCondition()
  private var posted: [Int: [Double]] = [:]
  private var leaving = 0

  func exchange(_ values: [Double], _ member: Int, of members: Int) -> [[Double]] {
    condition.lock()
    defer { condition.unlock() }
    while leaving > 0 { condition.wait() }
    posted[member] = values
    if posted.count == members {
      leaving = members
      condition.broadcast()
    }
    while leaving == 0 { condition.wait() }
    let all = (0..<members).map { posted[$0]! }
    leaving -= 1
    if leaving == 0 {
      posted = [:]
      condition.broadcast()
    }
    return all
  }
}

/// Messages under way, by sender, receiver and tag.
private final class PostOffice: @unchecked Sendable {
  private let condition = NSCondition()
  private var messages: [[Int]: [[Float]]] = [:]

  func send(_ values: [Float], _ address: [Int]) {
    condition.lock()
    messages[address, default: []].append(values)
    condition.broadcast()
    condition.unlock()
  }

  func receive(_ address: [Int]) -> [Float] {
    condition.lock()
    defer { condition.unlock() }
    while messages[address, default: []].isEmpty { condition.wait() }
    return messages[address]!.removeFirst()
  }
}

/// The results of the threads.
private final class Board<Value>: @unchecked Sendable {
  private let condition = NSCondition()
  private var results: [Int: Result<Value, any Error>] = [:]

  func enter(_ number: Int, _ result: Result<Value, any Error>) {
    condition.lock()
    results[number] = result
    condition.broadcast()
    condition.unlock()
  }

  func wait(for count: Int) -> [Result<Value, any Error>] {
    condition.lock()
    defer { condition.unlock() }
    while results.count < count { condition.wait() }
    return (0..<count).map { results[$0]! }
  }
}
