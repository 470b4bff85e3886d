import Instrument

extension Trace {
  /// What was alive at the peak: for each stack of category, places and role its bytes.
  var peakStacks: [(stack: [String], bytes: Int)] {
    var stacks: [[String]: Int] = [:]
    for (_, entry) in ledger.aliveAtPeak() {
      let stack =
        [entry.category.rawValue] + ledger.steps(entry.scope) + [String(entry.role.name)]
      stacks[stack, default: 0] += entry.bytes
    }
    return stacks.map { (stack: $0.key, bytes: $0.value) }
      .sorted { $0.stack.lexicographicallyPrecedes($1.stack) }
  }

  /// Folded stacks: a line for each, its steps parted by semicolons, and its bytes.
  var folded: String {
    peakStacks.map { "\($0.stack.joined(separator: ";")) \($0.bytes)\n" }.joined()
  }
}
