import Catalogue
import TestSupport
import Testing

@testable import Instrument

@Suite struct EmbeddingTests {
  /// Batch, sequence, width; 11 tokens and 13 positions.
  static let sizes = [(1, 1, 1), (3, 5, 19), (4, 13, 67)]
  static let (vocabulary, positions) = (11, 13)

  @Test("A token is the sum of its embedding and that of its place", arguments: sizes)
  func forward(B: Int, T: Int, C: Int) throws {
    var random = SplitMix64(seed: 1)
    let token = random.floats(Self.vocabulary * C)
    let position = random.floats(Self.positions * C)
    let ids = random.indices(B * T, below: Self.vocabulary)
    let (values, account) = try bothWays { engine -> [Float] in
      let tokens = engine.tokens(B, T, ids)
      let embedding = engine.tensor(Self.vocabulary, C, token)
      let places = engine.tensor(Self.positions, C, position)
      let output = engine.embed(tokens, token: embedding, position: places)
      #expect((output.rows, output.columns) == (B * T, C))
      return output.result
    }
    // One rounding, the same as that of Float.
    let expected = ids.indices.flatMap { row in
      (0..<C).map { token[Int(ids[row]) * C + $0] + position[row % T * C + $0] }
    }
    #expect(values.bits == expected.bits)
    #expect(account.elementwise == B * T * C)
  }

  @Test(
    "Places may begin at a later row, which gets the first one's gradient", arguments: [0, 2, 8])
  func offset(_ offset: Int) throws {
    let (B, T, C) = (3, 5, 19)
    var random = SplitMix64(seed: 3)
    let (token, position) = (
      random.floats(Self.vocabulary * C), random.floats(Self.positions * C)
    )
    let (gradient, ids) = (random.floats(B * T * C), random.indices(B * T, below: Self.vocabulary))
    let (values, _) = try bothWays { engine -> [[Float]] in
      let tokens = engine.tokens(B, T, ids)
      let embedding = engine.tensor(Self.vocabulary, C, token)
      let places = engine.tensor(Self.positions, C, position)
      let output = engine.embed(tokens, token: embedding, position: places, offset: offset)
      let dOutput = engine.tensor(B * T, C, gradient)
      let fresh = engine.unwritten(Self.positions, C)
      engine.embedBackward(
        position: fresh, accumulating: false, offset: offset, from: dOutput, batch: B)
      engine.embedBackward(
        position: places, accumulating: true, offset: offset, from: dOutput, batch: B)
      return [output.result, fresh.result, places.result]
    }
    // One rounding, the same as that of Float; row 8 + 4 is the last of 13.
    let expected = ids.indices.flatMap { row in
      (0..<C).map { token[Int(ids[row]) * C + $0] + position[(row % T + offset) * C + $0] }
    }
    #expect(values[0].bits == expected.bits)
    var sums = [Double](repeating: 0, count: Self.positions * C)
    for row in ids.indices {
      for column in 0..<C {
        sums[(row % T + offset) * C + column] += Double(gradient[row * C + column])
      }
    }
    // A sum over B of gradients, and what is there.
    #expect(relativeError(values[1], sums) <= roundingBound(operations: 1, sumOf: B))
    let held = zip(sums, position).map { $0 + Double($1) }
    #expect(relativeError(values[2], held) <= roundingBound(operations: 2, sumOf: B))
  }

  @Test("Without places, a token is its embedding, bit for bit, and adds nothing", arguments: sizes)
  func withoutPlaces(B: Int, T: Int, C: Int) throws {
    var random = SplitMix64(seed: 4)
    let token = random.floats(Self.vocabulary * C)
    let ids = random.indices(B * T, below: Self.vocabulary)
    let (values, account) = try bothWays { engine -> [Float] in
      let tokens = engine.tokens(B, T, ids)
      let embedding = engine.tensor(Self.vocabulary, C, token)
      return engine.embed(tokens, token: embedding).result
    }
    #expect(values.bits == ids.flatMap { token[Int($0) * C..<(Int($0) + 1) * C] }.bits)
    #expect(account.elementwise == 0)
    // A row read and one written for each token, and its id of 8 bytes.
    #expect(account.touchedBytes == 2 * 4 * B * T * C + 8 * B * T)
  }

  @Test(
    "Gradients add up by token and by place; places that no sequence reached get zero",
    arguments: sizes, [false, true])
  func backward(size: (Int, Int, Int), accumulating: Bool) throws {
    let (B, T, C) = size
    var random = SplitMix64(seed: 2)
    let ids = random.indices(B * T, below: Self.vocabulary)
    let gradient = random.floats(B * T * C)
    let before = random.floats((Self.vocabulary + Self.positions) * C)
    let head = Array(before.prefix(Self.vocabulary * C))
    let held = Array(before.dropFirst(Self.vocabulary * C))
    let (values, account) = try bothWays(.backward) { engine -> [[Float]] in
      let tokens = engine.tokens(B, T, ids)
      let dToken = engine.tensor(Self.vocabulary, C, head)
      let dPosition =
        accumulating
        ? engine.tensor(Self.positions, C, held) : engine.unwritten(Self.positions, C)
      let dOutput = engine.tensor(B * T, C, gradient)
      engine.embedBackward(
        position: dPosition, accumulating: accumulating, from: dOutput, batch: tokens.rows)
      engine.embedBackward(token: dToken, from: dOutput, tokens: tokens)
      return [dToken.result, dPosition.result]
    }
    var token = head.doubles
    var position = accumulating ? held.doubles : held.map { _ in 0 }
    for row in ids.indices {
      for column in 0..<C {
        token[Int(ids[row]) * C + column] += Double(gradient[row * C + column])
        position[row % T * C + column] += Double(gradient[row * C + column])
      }
    }
    // A token may occur B·T times, and a place B times.
    #expect(relativeError(values[0], token) <= roundingBound(operations: 1, sumOf: B * T))
    #expect(relativeError(values[1], position) <= roundingBound(operations: 1, sumOf: B))
    #expect(account.elementwise == 2 * B * T * C)
  }
}
