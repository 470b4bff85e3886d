/// A set of combinations in which every two values of different parameters meet: most faults need no
/// more than two choices to show (Kuhn et al., IEEE TSE 30(6), 2004), and the set is hardly larger
/// than the product of the two largest parameters.
///
/// - Parameters:
///   - sizes: how many values each parameter has.
///   - isLegal: whether a combination, a value's number for each parameter, can be.
/// - Returns: the combinations, and the pairs that no legal combination was found for.
public func pairwise(
  _ sizes: [Int], isLegal: ([Int]) -> Bool = { _ in true }
) -> (rows: [[Int]], impossible: [ValuePair]) {
  var random = SplitMix64(seed: 1)
  var open = Set<ValuePair>()
  for first in sizes.indices {
    for second in sizes.indices.dropFirst(first + 1) {
      for value in 0..<sizes[first] {
        for other in 0..<sizes[second] {
          open.insert(ValuePair(first: first, value: value, second: second, other: other))
        }
      }
    }
  }
  var rows: [[Int]] = []
  var impossible: [ValuePair] = []
  while let pair = open.min() {
    // What gains most may be illegal every time, so the later attempts are drawn at random.
    let candidates = (0..<attempts).map { attempt in
      completed(pair, sizes, attempt < attempts / 4 ? open : [], &random)
    }
    guard let row = candidates.first(where: isLegal) else {
      impossible.append(pair)
      open.remove(pair)
      continue
    }
    rows.append(row)
    open.subtract(pairs(of: row))
  }
  return (rows, impossible)
}

/// Combinations that are tried before a pair counts as impossible.
private let attempts = 40

/// Two values of two parameters.
public struct ValuePair: Hashable, Comparable, Sendable {
  /// The number of a parameter, and that of its value.
  public let first: Int, value: Int
  /// The same of a later one.
  public let second: Int, other: Int

  /// By parameters, then by values.
  public static func < (left: ValuePair, right: ValuePair) -> Bool {
    (left.first, left.second, left.value, left.other)
      < (right.first, right.second, right.value, right.other)
  }
}

private func pairs(of row: [Int]) -> Set<ValuePair> {
  Set(
    row.indices.flatMap { first in
      row.indices.dropFirst(first + 1).map { second in
        ValuePair(first: first, value: row[first], second: second, other: row[second])
      }
    })
}

/// The pair, with values of the other parameters that make as many open pairs as can be, one after
/// the other in an order drawn at random; of several that make as many, one drawn at random.
private func completed(
  _ pair: ValuePair, _ sizes: [Int], _ open: Set<ValuePair>, _ random: inout SplitMix64
) -> [Int] {
  var row = [Int?](repeating: nil, count: sizes.count)
  (row[pair.first], row[pair.second]) = (pair.value, pair.other)
  for parameter in sizes.indices.shuffled(using: &random) where row[parameter] == nil {
    let gains = (0..<sizes[parameter]).map { value in
      row.indices.count { other in
        guard let known = row[other] else { return false }
        let made =
          other < parameter
          ? ValuePair(first: other, value: known, second: parameter, other: value)
          : ValuePair(first: parameter, value: value, second: other, other: known)
        return open.contains(made)
      }
    }
    let best = gains.indices.filter { gains[$0] == gains.max() }
    row[parameter] = best.randomElement(using: &random)
  }
  return row.map { $0 ?? 0 }
}
