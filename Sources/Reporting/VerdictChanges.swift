import Verification

/// The claims whose verdict is not the one recorded last.
public struct VerdictChanges: CustomStringConvertible, Sendable {
  /// How many changes one line names.
  private static let named = 5

  private let changes: [String]

  /// - Parameters:
  ///   - expected: the verdicts recorded last, by claim; nil if there are none, which nothing can
  ///     differ from.
  ///   - found: those of now.
  public init(from expected: [String: Verdict]?, to found: [String: Verdict]) {
    guard let expected else {
      changes = []
      return
    }
    changes = Set(expected.keys).union(found.keys).sorted().compactMap { id in
      let (before, now) = (expected[id]?.rawValue ?? "absent", found[id]?.rawValue ?? "absent")
      return before == now ? nil : "claim \(id) was \(before) and is \(now)"
    }
  }

  /// Whether all verdicts are the recorded ones.
  public var isEmpty: Bool { changes.isEmpty }

  /// One line that names the first of them.
  public var description: String {
    let more = changes.count > Self.named ? "; and \(changes.count - Self.named) more" : ""
    return changes.prefix(Self.named).joined(separator: "; ") + more + " (record with --update)"
  }
}
