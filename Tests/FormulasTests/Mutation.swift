import Foundation
import TestSupport

/// How many cases are tried.
enum FuzzSize {
  /// As the environment says; nil for the default of each test.
  static let wanted = ProcessInfo.processInfo.environment["ASSAY_FUZZ"].flatMap { Int($0) }
  /// A hang is found in the end. A debug build takes ten seconds for the default, and a busy machine
  /// several times that.
  static let minutes = 5 + (wanted ?? 0) / 10_000
}

/// Texts with a few faults, by number.
struct Mutation {
  private var random: SplitMix64
  private let words: [String]

  init(seed: Int, words: [String]) {
    random = SplitMix64(seed: UInt64(seed))
    self.words = words
  }

  private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  private mutating func range(_ count: Int) -> Range<Int> {
    let start = pick(count + 1)
    return start..<min(count, start + pick(12))
  }

  /// One of the texts after one to six changes.
  mutating func mutated(of texts: [String]) -> String {
    var letters = Array(texts[pick(texts.count)])
    for _ in 0...pick(6) {
      let place = pick(letters.count + 1)
      switch pick(7) {
      case 0: letters.removeSubrange(range(letters.count))
      case 1: letters.insert(contentsOf: letters[range(letters.count)], at: place)
      case 2: letters.replaceSubrange(range(letters.count), with: words[pick(words.count)])
      case 3: letters = Array(letters[..<place])
      case 4:
        // Now and then very many of them.
        let count = pick(8) == 0 ? 1 << pick(12) : 1
        let word = String(repeating: words[pick(words.count)], count: count)
        letters.insert(contentsOf: word, at: place)
      case 5:
        let other = Array(texts[pick(texts.count)])
        letters.insert(contentsOf: other[range(other.count)], at: place)
      default: letters.insert(contentsOf: words[pick(words.count)], at: place)
      }
    }
    return String(letters)
  }

  /// One of the texts with one to six bytes changed.
  mutating func mutatedBytes(of texts: [String]) -> [UInt8] {
    var bytes = Array(texts[pick(texts.count)].utf8)
    for _ in 0...pick(6) { bytes[pick(bytes.count)] = UInt8(pick(256)) }
    return bytes
  }
}
