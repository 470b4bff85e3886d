import CKernels
import Testing

@Suite struct EmbeddingTests {
  struct Shape { var B, T, T_max, C, V: Int }
  static let shapes = [
    Shape(B: 1, T: 1, T_max: 1, C: 1, V: 1), Shape(B: 3, T: 7, T_max: 9, C: 17, V: 5),
    Shape(B: 2, T: 5, T_max: 5, C: 768, V: 61),
  ]

  @Test("An embedded row is the sum of its token's and its position's", arguments: shapes)
  func forward(_ s: Shape) {
    var random = SplitMix64(seed: 1)
    let token = random.floats(s.V * s.C)
    let position = random.floats(s.T_max * s.C)
    let tokens = random.indices(s.B * s.T, below: s.V)
    let expected = Reference.embedding(
      token: token.doubles, position: position.doubles, tokens: tokens, first: 0, T: s.T, C: s.C)

    var whole = garbage(s.B * s.T * s.C)
    embedding_forward(&whole, token, position, tokens, 0, s.B * s.T, s.T, s.C)
    // One addition.
    #expect(relativeError(whole, expected) <= bound(operations: 1))

    var pieces = garbage(s.B * s.T * s.C)
    pieces.withUnsafeMutableBufferPointer { pieces in
      tokens.withUnsafeBufferPointer { tokens in
        for row in 0..<s.B * s.T {
          embedding_forward(
            pieces.baseAddress! + row * s.C, token, position, tokens.baseAddress! + row, row, 1,
            s.T, s.C)
        }
      }
    }
    #expect(pieces.bits == whole.bits)
  }

  @Test("Without positions, an embedded row is its token's, bit for bit", arguments: shapes)
  func forwardWithoutPositions(_ s: Shape) {
    var random = SplitMix64(seed: 4)
    var token = random.floats(s.V * s.C)
    // A sum with 0 would make it 0.
    token[0] = -0.0
    let tokens = random.indices(s.B * s.T - 1, below: s.V) + [0]
    let expected = tokens.flatMap { token[Int($0) * s.C..<(Int($0) + 1) * s.C] }
    for first in [0, 3] {
      var out = garbage(s.B * s.T * s.C)
      embedding_forward(&out, token, nil, tokens, first, s.B * s.T, s.T, s.C)
      #expect(out.bits == expected.bits)
    }
  }

  @Test("A row is added by its kind, or by its position, to what there is", arguments: shapes)
  func add(_ s: Shape) {
    var random = SplitMix64(seed: 5)
    let (x, table) = (random.floats(s.B * s.T * s.C), random.floats(s.T_max * s.C))
    let kinds = random.indices(s.B * s.T, below: s.T_max)
    for isByKind in [true, false] {
      var out = x
      if isByKind {
        embedding_add(&out, table, kinds, 0, s.B * s.T, 1, s.C)
      } else {
        embedding_add(&out, table, nil, 0, s.B * s.T, s.T, s.C)
      }
      for r in 0..<s.B * s.T {
        let row = isByKind ? Int(kinds[r]) : r % s.T
        for c in 0..<s.C {
          #expect(out[r * s.C + c] == x[r * s.C + c] + table[row * s.C + c])
        }
      }
    }
  }

  @Test("The gradient of a token's embedding is the sum over its occurrences", arguments: shapes)
  func backwardToken(_ s: Shape) {
    var random = SplitMix64(seed: 2)
    let before = random.floats(s.V * s.C)
    let dout = random.floats(s.B * s.T * s.C)
    let tokens = random.indices(s.B * s.T, below: s.V)
    let position = [Double](repeating: 0, count: s.T * s.C)

    var whole = before
    embedding_backward_token(&whole, dout, tokens, s.B * s.T, s.C, 0, s.C)
    var expected = before.doubles
    for r in tokens.indices {
      for c in 0..<s.C { expected[Int(tokens[r]) * s.C + c] += Double(dout[r * s.C + c]) }
    }
    #expect(relativeError(whole, expected) <= bound(operations: 1, sumOf: s.B * s.T))

    // The layer is linear: its differences are the gradient wherever they are taken.
    if s.V * s.C < 100 {
      let differences = centralDifferences([Double](repeating: 0, count: s.V * s.C)) {
        dot(
          Reference.embedding(
            token: $0, position: position, tokens: tokens, first: 0, T: s.T, C: s.C), dout.doubles)
      }
      let gradient = zip(expected, before.doubles).map { $0 - $1 }
      #expect(relativeError(gradient, differences) <= differenceBound)
    }

    var pieces = before
    for (begin, end) in columnPieces(s.C) {
      embedding_backward_token(&pieces, dout, tokens, s.B * s.T, s.C, begin, end)
    }
    #expect(pieces.bits == whole.bits)
  }

  @Test("The gradient of a position is the sum over the batch", arguments: shapes, [false, true])
  func backwardPosition(_ s: Shape, accumulate: Bool) {
    var random = SplitMix64(seed: 3)
    let before = accumulate ? random.floats(s.T_max * s.C) : garbage(s.T_max * s.C)
    let dout = random.floats(s.B * s.T * s.C)
    var expected = accumulate ? before.doubles : [Double](repeating: 0, count: before.count)
    for b in 0..<s.B {
      for t in 0..<s.T {
        for c in 0..<s.C { expected[t * s.C + c] += Double(dout[(b * s.T + t) * s.C + c]) }
      }
    }

    var whole = before
    embedding_backward_position(
      &whole, dout, s.B, s.T, s.T_max, s.C, 0, s.C, accumulate)
    #expect(relativeError(whole, expected) <= bound(operations: 1, sumOf: s.B))

    if !accumulate && s.T_max * s.C < 200 {
      let tokens = [Int64](repeating: 0, count: s.B * s.T)
      let token = [Double](repeating: 0, count: s.C)
      let differences = centralDifferences([Double](repeating: 0, count: s.T_max * s.C)) {
        dot(
          Reference.embedding(
            token: token, position: $0, tokens: tokens, first: 0, T: s.T, C: s.C), dout.doubles)
      }
      #expect(relativeError(expected, differences) <= differenceBound)
    }

    var pieces = before
    for (begin, end) in columnPieces(s.C) {
      embedding_backward_position(
        &pieces, dout, s.B, s.T, s.T_max, s.C, begin, end, accumulate)
    }
    #expect(pieces.bits == whole.bits)
  }
}

/// [0,C) in up to three uneven parts, which do not begin at a vector's boundary, and an empty one.
func columnPieces(_ C: Int) -> [(Int, Int)] {
  let cuts = [0, C / 3, C / 3, min(C, C / 3 + 5), C]
  return zip(cuts, cuts.dropFirst()).map { ($0, $1) }
}
