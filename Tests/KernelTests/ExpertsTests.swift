import CKernels
import Foundation
import TestSupport
import Testing

/// The choice of experts, and the way of rows to them and back.
@Suite struct ExpertsTests {
  struct Shape: Sendable { var rows, E, k, C: Int }
  static let shapes = [
    Shape(rows: 1, E: 1, k: 1, C: 1), Shape(rows: 7, E: 5, k: 2, C: 17),
    Shape(rows: 23, E: 4, k: 4, C: 33), Shape(rows: 3, E: 40, k: 3, C: 5),
  ]

  /// Softmax, and the weights of the chosen in the order of the experts' numbers.
  static func weights(_ logits: [Double], _ chosen: [Int64], _ s: Shape, renormalised: Bool)
    -> [Double]
  {
    (0..<s.rows).flatMap { r -> [Double] in
      let x = logits[r * s.E..<(r + 1) * s.E].map { exp($0) }
      let p = x.map { $0 / x.reduce(0, +) }
      let values = chosen[r * s.k..<(r + 1) * s.k].map { p[Int($0)] }
      return renormalised ? values.map { $0 / values.reduce(0, +) } : values
    }
  }

  /// What the kernels make of logits.
  struct Routed {
    var probabilities: [Float], chosen: [Int64], values: [Float], sums: [Float]
    var order: [Int64], places: [Int64], ends: [Int32]
    var weights: [Float], source: [Int64]

    init(_ logits: [Float], _ s: Shape, renormalised: Bool) {
      let n = s.rows * s.k
      probabilities = garbage(s.rows * s.E)
      (values, sums, weights) = (garbage(n), garbage(s.rows), garbage(n))
      (chosen, order, places, source) = (
        [Int64](repeating: -1, count: n), [Int64](repeating: -1, count: n),
        [Int64](repeating: -1, count: n), [Int64](repeating: -1, count: n)
      )
      ends = [Int32](repeating: -1, count: s.E)
      router_softmax_forward(&probabilities, logits, s.rows, s.E)
      router_choose(&chosen, probabilities, s.rows, s.E, s.k)
      router_chosen_sums(&values, &sums, probabilities, chosen, s.rows, s.E, s.k)
      router_sort(&order, &places, &ends, chosen, n, s.E)
      if renormalised {
        router_weights(&weights, &source, probabilities, chosen, sums, order, n, s.E, s.k)
      } else {
        router_weights(&weights, &source, probabilities, chosen, nil, order, n, s.E, s.k)
      }
    }
  }

  /// The same where each expert has so many places.
  struct Limited {
    var order: [Int64], places: [Int64], ends: [Int32], weights: [Float], source: [Int64]

    init(_ routed: Routed, _ s: Shape, capacity: Int) {
      let n = s.E * capacity
      order = [Int64](repeating: 7, count: n)
      places = [Int64](repeating: 7, count: s.rows * s.k)
      ends = [Int32](repeating: 7, count: s.E)
      (weights, source) = (garbage(n), [Int64](repeating: 7, count: n))
      router_sort_limited(
        &order, &places, &ends, routed.chosen, routed.chosen.count, s.E, capacity)
      router_weights(
        &weights, &source, routed.probabilities, routed.chosen, routed.sums, order, n, s.E, s.k)
    }
  }

  @Test("Each row goes to its likeliest experts, likeliest first", arguments: shapes)
  func choice(_ s: Shape) {
    var random = SplitMix64(seed: 1)
    let logits = random.floats(s.rows * s.E)
    let routed = Routed(logits, s, renormalised: true)
    for r in 0..<s.rows {
      let x = logits[r * s.E..<(r + 1) * s.E]
      let best = x.indices.sorted { x[$0] > x[$1] }.prefix(s.k).map { Int64($0 - r * s.E) }
      #expect(Array(routed.chosen[r * s.k..<(r + 1) * s.k]) == best)
    }
  }

  @Test("Of experts that are alike the first is chosen, and none twice")
  func ties() {
    let logits: [Float] = [1, 1, 1, 1, .nan, .nan, .nan, .nan]
    let routed = Routed(logits, Shape(rows: 2, E: 4, k: 3, C: 1), renormalised: true)
    #expect(routed.chosen == [0, 1, 2, 0, 1, 2])
  }

  @Test("Pairs lie sorted by expert, and within an expert in order of rows", arguments: shapes)
  func sorted(_ s: Shape) {
    var random = SplitMix64(seed: 2)
    let routed = Routed(random.floats(s.rows * s.E), s, renormalised: true)
    let pairs = routed.chosen.indices.sorted {
      (routed.chosen[$0], $0) < (routed.chosen[$1], $1)
    }
    #expect(routed.order == pairs.map(Int64.init))
    #expect(routed.source == pairs.map { Int64($0 / s.k) })
    for (place, pair) in pairs.enumerated() { #expect(routed.places[pair] == Int64(place)) }
    for expert in 0..<s.E {
      let upTo = routed.chosen.filter { $0 <= Int64(expert) }.count
      #expect(routed.ends[expert] == Int32(upTo))
    }
  }

  @Test(
    "Where places are limited, the first pairs of an expert get them and later ones none",
    arguments: shapes, [1, 2, 30])
  func limited(_ s: Shape, _ capacity: Int) {
    var random = SplitMix64(seed: 7)
    let routed = Routed(random.floats(s.rows * s.E), s, renormalised: true)
    let limited = Limited(routed, s, capacity: capacity)
    for expert in 0..<s.E {
      let pairs = routed.chosen.indices.filter { routed.chosen[$0] == Int64(expert) }
      let (first, kept) = (expert * capacity, pairs.prefix(capacity))
      #expect(limited.ends[expert] == Int32(first + kept.count))
      for index in 0..<capacity {
        let (place, isFilled) = (first + index, index < kept.count)
        let pair = isFilled ? pairs[index] : -1
        #expect(limited.order[place] == Int64(pair))
        #expect(limited.source[place] == Int64(isFilled ? pair / s.k : -1))
        #expect(isFilled || limited.weights[place] == 0)
      }
      for (index, pair) in pairs.enumerated() {
        #expect(limited.places[pair] == Int64(index < capacity ? first + index : -1))
      }
    }
    for (pair, place) in limited.places.enumerated() where place >= 0 {
      #expect(limited.weights[Int(place)] == routed.weights[Int(routed.places[pair])])
    }
  }

  @Test("A pair without a place gives the logits the gradient that a weight of no use has")
  func late() {
    let s = Self.shapes[1]
    var random = SplitMix64(seed: 8)
    let routed = Routed(random.floats(s.rows * s.E), s, renormalised: true)
    let limited = Limited(routed, s, capacity: 1)
    let ofWeights = random.floats(s.E)
    let ofAll = routed.order.map { pair -> Float in
      let place = limited.places[Int(pair)]
      return place < 0 ? 0 : ofWeights[Int(place)]
    }
    var (gradient, expected) = (garbage(s.rows * s.E), garbage(s.rows * s.E))
    router_backward(
      &gradient, ofWeights, routed.probabilities, routed.chosen, routed.sums, limited.places,
      s.rows, s.E, s.k)
    router_backward(
      &expected, ofAll, routed.probabilities, routed.chosen, routed.sums, routed.places, s.rows,
      s.E, s.k)
    #expect(limited.places.contains(-1))
    #expect(gradient == expected)
  }

  @Test(
    "Weights are the probabilities of the chosen, divided by their sum or not",
    arguments: shapes, [true, false])
  func weights(_ s: Shape, _ renormalised: Bool) {
    var random = SplitMix64(seed: 3)
    let logits = random.floats(s.rows * s.E)
    let routed = Routed(logits, s, renormalised: renormalised)
    let expected = Self.weights(logits.doubles, routed.chosen, s, renormalised: renormalised)
    let byPair = routed.places.map { routed.weights[Int($0)] }
    // An exponential (2), a division, and again a sum and a division; sums of E terms.
    #expect(relativeError(byPair, expected) <= roundingBound(operations: 6, sumOf: s.E))
  }

  @Test(
    "The gradient of the logits is that of central differences",
    arguments: shapes, [true, false])
  func backward(_ s: Shape, _ renormalised: Bool) {
    var random = SplitMix64(seed: 4)
    let logits = random.floats(s.rows * s.E)
    let routed = Routed(logits, s, renormalised: renormalised)
    let byPair = random.floats(s.rows * s.k)
    let sorted = routed.order.map { byPair[Int($0)] }
    let expected = centralDifferences(logits.doubles) { logits in
      zip(Self.weights(logits, routed.chosen, s, renormalised: renormalised), byPair)
        .reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    var gradient = garbage(s.rows * s.E)
    if renormalised {
      router_backward(
        &gradient, sorted, routed.probabilities, routed.chosen, routed.sums, routed.places,
        s.rows, s.E, s.k)
    } else {
      router_backward(
        &gradient, sorted, routed.probabilities, routed.chosen, nil, routed.places, s.rows, s.E,
        s.k)
    }
    // Terms of size 1 cancel, in rounding and in the differences' 1e-10.
    #expect(relativeError(gradient, expected, size: 1) <= roundingBound(operations: 10, sumOf: s.E))
  }

  @Test("A row is added times its factor", arguments: shapes)
  func scaledRow(_ s: Shape) {
    var random = SplitMix64(seed: 5)
    let (before, row, factor) = (random.floats(s.C), random.floats(s.C), random.floats(1)[0])
    var sum = before
    add_scaled(&sum, row, factor, s.C)
    let expected = zip(before, row).map { Double($0) + Double(factor) * Double($1) }
    #expect(relativeError(sum, expected) <= roundingBound(operations: 2))
  }

  @Test("Rows are multiplied with each other, and by their factors", arguments: shapes)
  func rows(_ s: Shape) {
    var random = SplitMix64(seed: 6)
    let (a, b) = (random.floats(s.rows * s.C), random.floats(s.rows * s.C))
    let factors = random.floats(s.rows)
    var (dots, scaled) = (garbage(s.rows), a)
    dot_rows(&dots, a, b, s.rows, s.C)
    let expected = (0..<s.rows).map { r in
      (0..<s.C).reduce(0.0) { $0 + Double(a[r * s.C + $1]) * Double(b[r * s.C + $1]) }
    }
    // Products are up to 4.
    #expect(relativeError(dots, expected, size: 4) <= roundingBound(operations: 1, sumOf: s.C))
    scale_rows(&scaled, factors, s.rows, s.C)
    #expect(scaled == a.indices.map { a[$0] * factors[$0 / s.C] })
  }
}
