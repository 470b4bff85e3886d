import CKernels
import Catalogue

extension Engine {
  /// The sum of the embeddings of each token and of its position. Tensor-parallel ranks have parts
  /// of V: each looks up the tokens that it has, and the first adds the positions, before they are
  /// added up (Shoeybi et al., arXiv 1909.08053, section 3).
  ///
  /// - Parameters:
  ///   - tokens: (B,T) ids.
  ///   - token: (V,C).
  ///   - position: (T_max,C).
  ///   - offset: the row of the first position.
  /// - Returns: (B·T,C), in the format of the residual stream; this rank's rows of it where it is
  ///   divided.
  public func embed(
    _ tokens: borrowing Tensor, token: borrowing Tensor, position: borrowing Tensor,
    offset: Int = 0
  ) -> Tensor {
    let positions = EmbeddingTable(position).advanced(by: offset)
    return embed(tokens, token: token, positions: rank.tensor == 0 ? positions : nil)
  }

  /// The embedding of each token.
  ///
  /// - Parameters:
  ///   - tokens: (B,T) ids.
  ///   - token: (V,C).
  /// - Returns: (B·T,C), in the format of the residual stream; this rank's rows of it where it is
  ///   divided.
  public func embed(_ tokens: borrowing Tensor, token: borrowing Tensor) -> Tensor {
    embed(tokens, token: token, positions: nil)
  }

  private func embed(
    _ tokens: borrowing Tensor, token: borrowing Tensor, positions: EmbeddingTable?
  ) -> Tensor {
    let isDivided = rank.sequenceParts > 1
    let whole = make(
      tokens.count, token.columns, isDivided ? .temporary : .activation, .embeddingOutput,
      precision: formats.stream)
    embed(into: whole, tokens, token: token, positions: positions)
    guard isDivided else {
      allReduce(whole, over: .tensor)
      return whole
    }
    let part = make(
      whole.rows / rank.sequenceParts, whole.columns, .activation, .embeddingOutput,
      precision: formats.stream)
    reduceScatter(into: part, from: whole, over: .tensor)
    return part
  }

  private func embed(
    into output: borrowing Tensor, _ tokens: borrowing Tensor, token: borrowing Tensor,
    positions: EmbeddingTable?
  ) {
    let (places, width) = (ownPositions(of: tokens.columns), token.columns)
    record(
      .embed, elementwise: positions == nil ? 0 : output.count,
      touching: (positions == nil ? 2 : 3) * output.bytes + tokens.bytes)
    guard isReal else { return }
    let (table, ids, first) = (EmbeddingTable(token), tokens.integers, rank.tensor * token.rows)
    RowKernel.perform(output.rows, grain: 16, [.written(output)]) { rows, at in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { position in
        let position = position.baseAddress!
        for row in rows {
          let sum = at[0] + (row - rows.lowerBound) * width
          let id = Int(ids[row]) - first
          if 0..<table.count ~= id {
            table.read(id, into: sum)
          } else {
            sum.update(repeating: 0, count: width)
          }
          guard let positions else { continue }
          positions.read(places[row % places.count], into: position)
          CKernels.add(sum, sum, position, width)
        }
      }
    }
  }

  /// Adds to every row of `output` (B·T,C) the embedding of its kind.
  ///
  /// - Parameters:
  ///   - output: (B·T,C); this rank's rows of it where the stream is divided.
  ///   - table: (K,C).
  ///   - kinds: (B,T), each below K.
  public func addEmbedding(
    _ output: borrowing Tensor, of kinds: borrowing Tensor, table: borrowing Tensor
  ) {
    let idBytes = kinds.bytes / rank.sequenceParts
    record(
      .embed, elementwise: output.count, touching: 3 * output.bytes + idBytes)
    guard isReal else { return }
    let (ids, first) = (kinds.integers, firstRow(of: output))
    addRows(output, of: EmbeddingTable(table)) { Int(ids[first + $0]) }
  }

  /// Adds to every row of `output` (B·T,C) the embedding of its position.
  ///
  /// - Parameters:
  ///   - output: (B·T,C); this rank's rows of it where the stream is divided.
  ///   - table: (T_max,C).
  ///   - offset: the row of the first position.
  ///   - sequence: T.
  public func addPositions(
    _ output: borrowing Tensor, table: borrowing Tensor, offset: Int = 0, sequence: Int
  ) {
    record(.embed, elementwise: output.count, touching: 3 * output.bytes)
    guard isReal else { return }
    let (first, places) = (firstRow(of: output), ownPositions(of: sequence))
    addRows(output, of: EmbeddingTable(table).advanced(by: offset)) {
      places[(first + $0) % places.count]
    }
  }

  /// Where the tokens of a sequence are that this rank has so many of.
  private func ownPositions(of count: Int) -> [Int] {
    Array(rank.stretches(of: count * rank.layout.context).joined())
  }

  /// Which row of the whole stream the first of this rank's is.
  private func firstRow(of part: borrowing Tensor) -> Int {
    rank.sequenceParts > 1 ? rank.tensor * part.rows : 0
  }

  /// Adds to every row of `output` the row of the table that `place` gives for it.
  private func addRows(
    _ output: borrowing Tensor, of table: EmbeddingTable, _ place: (Int) -> Int
  ) {
    let width = table.width
    RowKernel.perform(output.rows, grain: 16, [.updated(output)]) { rows, at in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { scratch in
        let added = scratch.baseAddress!
        for row in rows {
          let sum = at[0] + (row - rows.lowerBound) * width
          table.read(place(row), into: added)
          CKernels.add(sum, sum, added, width)
        }
      }
    }
  }

  /// Gradient of the token embedding, of which tensor-parallel ranks have parts. A tied head has
  /// written its share into `token` before; otherwise the caller has zeroed it.
  ///
  /// - Parameters:
  ///   - token: (V,C), added to.
  ///   - first: the token of its first row.
  ///   - gradient: (B·T,C), of the embeddings.
  ///   - tokens: (B,T) ids.
  public func embedBackward(
    token: borrowing Tensor, startingAt first: Int = 0, from gradient: borrowing Tensor,
    tokens: borrowing Tensor
  ) {
    record(
      .embedBackward,
      elementwise: gradient.count, touching: 2 * gradient.bytes + tokens.bytes)
    guard isReal else { return }
    let (table, rows) = (EmbeddingTable(token), EmbeddingTable(gradient))
    let occurrences = Occurrences(
      of: UnsafeBufferPointer(start: tokens.integers, count: rows.count))
    Parallel.ranges(occurrences.count, grain: 16) { range in
      for index in range {
        let id = occurrences.ids[index] - first
        guard 0..<table.count ~= id else { continue }
        table.sum(into: id, accumulating: true, rows, occurrences.rows(index))
      }
    }
  }

  /// Gradient of the position embedding.
  ///
  /// - Parameters:
  ///   - position: (T_max,C), overwritten unless `accumulating`.
  ///   - accumulating: whether `position` holds gradients already.
  ///   - offset: the row of the first position.
  ///   - gradient: (B·T,C), of the embeddings.
  ///   - batch: B.
  public func embedBackward(
    position: borrowing Tensor, accumulating: Bool, offset: Int = 0,
    from gradient: borrowing Tensor, batch: Int
  ) {
    record(
      .embedBackward,
      elementwise: gradient.count, touching: gradient.bytes + position.bytes)
    guard isReal else { return }
    let (table, rows) = (EmbeddingTable(position), EmbeddingTable(gradient))
    let places = ownPositions(of: rows.count / batch)
    let firsts = Dictionary(uniqueKeysWithValues: zip(places, 0...))
    Parallel.ranges(table.count, grain: 16) { positions in
      for row in positions {
        let used = firsts[row - offset].map {
          Array(stride(from: $0, to: rows.count, by: places.count))
        }
        table.sum(into: row, accumulating: accumulating, rows, used ?? [])
      }
    }
  }
}

/// The rows of a tensor, one by one.
private struct EmbeddingTable {
  let elements: Elements
  let width: Int
  let count: Int

  init(_ tensor: borrowing Tensor) {
    self.init(elements: tensor.elements, width: tensor.columns, count: tensor.rows)
  }

  private init(elements: Elements, width: Int, count: Int) {
    self.elements = elements
    self.width = width
    self.count = count
  }

  func advanced(by rows: Int) -> EmbeddingTable {
    EmbeddingTable(
      elements: elements.advanced(by: rows * width), width: width, count: count - rows)
  }

  func read(_ row: Int, into floats: UnsafeMutablePointer<Float>) {
    elements.advanced(by: row * width)
      .widen(count: width, into: floats)
  }

  /// Sets a row to the sum of others, or adds them to it. Rounded once, whatever the format.
  func sum(into row: Int, accumulating: Bool, _ others: EmbeddingTable, _ rows: [Int]) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { scratch in
      let sum = scratch.baseAddress!
      let term = sum + width
      if accumulating { read(row, into: sum) } else { sum.update(repeating: 0, count: width) }
      for other in rows {
        others.read(other, into: term)
        CKernels.add(sum, sum, term, width)
      }
      elements.advanced(by: row * width)
        .narrow(count: width, from: sum)
    }
  }
}

/// The rows at which each token occurs.
private struct Occurrences {
  /// The tokens that occur, ascending.
  let ids: [Int]
  private let order: [Int]
  private let starts: [Int]

  init(of tokens: UnsafeBufferPointer<Int64>) {
    order = tokens.indices.sorted { (tokens[$0], $0) < (tokens[$1], $1) }
    let order = order
    let firsts = order.indices.filter { $0 == 0 || tokens[order[$0]] != tokens[order[$0 - 1]] }
    starts = firsts + [order.count]
    ids = firsts.map { Int(tokens[order[$0]]) }
  }

  var count: Int { ids.count }

  /// In ascending order, so that a sum does not depend on the number of cores.
  func rows(_ index: Int) -> [Int] { Array(order[starts[index]..<starts[index + 1]]) }
}
