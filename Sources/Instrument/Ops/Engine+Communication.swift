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

  /// Puts a tensor together from the members' shares, which lie in their places already.
  public func allGather(_ whole: borrowing Tensor, over group: RankGroup) {
    guard record(.allGather, group, of: whole), let communicator else { return }
    let shares = shares(of: whole, over: group)
    whole.withFloats { communicator.allGather($0, from: nil, shares.all, over: group) }
  }

  /// Puts a tensor together.
  ///
  /// - Parameters:
  ///   - whole: written.
  ///   - part: this rank's share.
  ///   - group: the members.
  public func allGather(
    into whole: borrowing Tensor, from part: borrowing Tensor, over group: RankGroup
  ) {
    guard record(.allGather, group, of: whole), let communicator else { return }
    let shares = shares(of: whole, over: group, own: part)
    whole.withFloats { whole in
      part.withFloats { communicator.allGather(whole, from: $0, shares.all, over: group) }
    }
  }

  /// Adds a tensor up over a group, each member getting its share, in place: the rest is undefined.
  public func reduceScatter(_ whole: borrowing Tensor, over group: RankGroup) {
    guard record(.reduceScatter, group, of: whole), let communicator else { return }
    let shares = shares(of: whole, over: group)
    let own = shares[rank.place(in: group)]
    whole.withFloats {
      communicator.reduceScatter(into: $0 + own.lowerBound, from: $0, shares.all, over: group)
    }
  }

  /// Adds a tensor up over a group, each member getting its share.
  ///
  /// - Parameters:
  ///   - part: written.
  ///   - whole: read.
  ///   - group: the members.
  public func reduceScatter(
    into part: borrowing Tensor, from whole: borrowing Tensor, over group: RankGroup
  ) {
    guard record(.reduceScatter, group, of: whole), let communicator else { return }
    let shares = shares(of: whole, over: group, own: part)
    part.withFloats { part in
      whole.withFloats {
        communicator.reduceScatter(into: part, from: $0, shares.all, over: group)
      }
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

  private func shares(of whole: borrowing Tensor, over group: RankGroup) -> Shares {
    Shares(of: whole.count, among: rank.size(of: group))
  }

  private func shares(
    of whole: borrowing Tensor, over group: RankGroup, own part: borrowing Tensor
  ) -> Shares {
    let shares = shares(of: whole, over: group)
    let own = shares[rank.place(in: group)].count
    precondition(part.count == own, "\(part.count) elements for a share of \(own)")
    return shares
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
