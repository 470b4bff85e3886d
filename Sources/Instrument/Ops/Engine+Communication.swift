import Catalogue

/// Ops in which ranks talk. In a group of one they do nothing and leave no trace.
extension Engine {
  /// Adds a tensor up over a group, or takes the largest of each element, in place.
  public func allReduce(
    _ tensor: borrowing Tensor, _ reduction: Reduction = .sum, over group: RankGroup
  ) {
    guard record(.allReduce, group, of: tensor), let communicator else { return }
    let count = tensor.count
    tensor.withFloats { communicator.allReduce($0, count, reduction, over: group) }
  }

  /// The sum, or the largest, of a number that each member has; nil in a dry run.
  public func allReduce(
    _ value: Double?, _ reduction: Reduction = .sum, over group: RankGroup
  ) -> Double? {
    guard record(.allReduce, group, nil, elements: 1, bytes: 8), let value, let communicator else {
      return value
    }
    return communicator.allReduce(value, reduction, over: group)
  }

  /// Puts a tensor together from parts that lie in their places already.
  ///
  /// - Parameters:
  ///   - whole: with this rank's part filled in.
  ///   - parts: the elements of each member's.
  ///   - group: the members.
  public func allGather(_ whole: borrowing Tensor, _ parts: [Range<Int>], over group: RankGroup) {
    guard record(.allGather, group, of: whole), let communicator else { return }
    whole.withFloats { communicator.allGather($0, from: nil, parts, over: group) }
  }

  /// Puts a tensor together.
  ///
  /// - Parameters:
  ///   - whole: written.
  ///   - part: this rank's.
  ///   - parts: where each member's goes; equal ones where nil.
  ///   - group: the members.
  public func allGather(
    into whole: borrowing Tensor, from part: borrowing Tensor, _ parts: [Range<Int>]? = nil,
    over group: RankGroup
  ) {
    guard record(.allGather, group, of: whole), let communicator else { return }
    let parts = parts ?? equalParts(of: whole, over: group)
    whole.withFloats { whole in
      part.withFloats { communicator.allGather(whole, from: $0, parts, over: group) }
    }
  }

  /// Adds a tensor up over a group, each member getting its part, in place: the rest is undefined.
  ///
  /// - Parameters:
  ///   - whole: read, and written in this rank's part.
  ///   - parts: the elements of each member's.
  ///   - group: the members.
  public func reduceScatter(
    _ whole: borrowing Tensor, _ parts: [Range<Int>], over group: RankGroup
  ) {
    guard record(.reduceScatter, group, of: whole), let communicator else { return }
    let own = parts[place(in: group)]
    whole.withFloats {
      communicator.reduceScatter(into: $0 + own.lowerBound, from: $0, parts, over: group)
    }
  }

  /// Adds a tensor up over a group, each member getting its part.
  ///
  /// - Parameters:
  ///   - part: written.
  ///   - whole: read.
  ///   - parts: the elements of each member's; equal ones where nil.
  ///   - group: the members.
  public func reduceScatter(
    into part: borrowing Tensor, from whole: borrowing Tensor, _ parts: [Range<Int>]? = nil,
    over group: RankGroup
  ) {
    guard record(.reduceScatter, group, of: whole), let communicator else { return }
    let parts = parts ?? equalParts(of: whole, over: group)
    part.withFloats { part in
      whole.withFloats { communicator.reduceScatter(into: part, from: $0, parts, over: group) }
    }
  }

  /// Sends an equal part of `input` to each member, and puts what comes from them into `output`.
  public func allToAll(
    into output: borrowing Tensor, from input: borrowing Tensor, over group: RankGroup
  ) {
    guard record(.allToAll, group, of: input), let communicator else { return }
    let part = input.count / rank.size(of: group)
    output.withFloats { output in
      input.withFloats { communicator.allToAll(into: output, from: $0, part: part, over: group) }
    }
  }

  /// Sends a tensor to another rank; it may be freed at once.
  ///
  /// - Parameters:
  ///   - tensor: what is sent.
  ///   - stage: the receiver's; it has the same place otherwise.
  ///   - tag: tells messages apart.
  public func send(_ tensor: borrowing Tensor, toStage stage: Int, tag: Int) {
    record(.send, .pipeline, tensor.role, elements: tensor.count, bytes: tensor.bytes)
    let (receiver, count) = (rank.members(.pipeline)[stage], tensor.count)
    guard let communicator else { return }
    tensor.withFloats { communicator.send($0, count, to: receiver, tag: tag) }
  }

  /// Waits for a tensor from another rank.
  ///
  /// - Parameters:
  ///   - tensor: written.
  ///   - stage: the sender's; it has the same place otherwise.
  ///   - tag: tells messages apart.
  public func receive(into tensor: borrowing Tensor, fromStage stage: Int, tag: Int) {
    record(.receive, .pipeline, tensor.role, elements: tensor.count, bytes: tensor.bytes)
    let (sender, count) = (rank.members(.pipeline)[stage], tensor.count)
    guard let communicator else { return }
    tensor.withFloats { communicator.receive(into: $0, count, from: sender, tag: tag) }
  }

  /// Returns when all members have come this far.
  public func barrier(over group: RankGroup) {
    guard record(.barrier, group, nil, elements: 0, bytes: 0) else { return }
    communicator?.barrier(over: group)
  }

  /// Which member of a group this rank is.
  public func place(in group: RankGroup) -> Int {
    rank.members(group).firstIndex(of: rank.number)!
  }

  private func equalParts(of whole: borrowing Tensor, over group: RankGroup) -> [Range<Int>] {
    let count = rank.size(of: group)
    let part = whole.count / count
    precondition(
      part * count == whole.count, "\(count) ranks do not divide \(whole.count) elements")
    return (0..<count).map { $0 * part..<($0 + 1) * part }
  }

  /// Whether there is anybody to talk to.
  private func record(_ kind: Communication.Kind, _ group: RankGroup, of tensor: borrowing Tensor)
    -> Bool
  {
    record(kind, group, tensor.role, elements: tensor.count, bytes: tensor.bytes)
  }
}

extension Tensor {
  /// Calls `body` with the elements as floats: where they lie, or for a format of 16 bits in a copy
  /// that is put back, as numbers travel in 32 bits. What is accounted for is the tensor's format.
  fileprivate func withFloats(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    elements.update(rows: 1, columns: count, stride: count) { floats, _ in body(floats) }
  }
}
