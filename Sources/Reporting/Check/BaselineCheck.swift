/// What is not as a baseline has it: the `assay.check.v1` of the command line.
public struct BaselineCheck: Encodable, Sendable {
  /// The format of this value.
  public let schema = "assay.check.v1"
  /// The file that was compared with.
  public let baseline: String
  /// Number of facts that were compared: those that are recorded, those of now, or both.
  public let facts: Int
  /// The facts that differ, by kind, subject and name.
  public let changes: [Change]
  /// The subjects that were compared, those that changed and those that did not.
  let subjects: [Baseline.Kind: [String]]

  /// A fact that is not as it was.
  public struct Change: Encodable, Sendable, Equatable {
    /// What it is about.
    public let kind: Baseline.Kind
    /// Of which claim, or of which model under which recipe.
    public let subject: String
    /// Which figure, or which tensor in which term.
    public let fact: String
    /// As recorded; nil if it is new.
    public let before: String?
    /// As it is now; nil if it is gone.
    public let after: String?
  }

  private enum CodingKeys: CodingKey { case schema, baseline, facts, changes }

  /// - Parameters:
  ///   - expected: the recorded facts.
  ///   - found: the facts of now.
  ///   - path: of the file with the recorded ones.
  public init(_ expected: Baseline, _ found: Baseline, path: String) {
    baseline = path
    var facts = 0
    var (changes, subjects): ([Change], [Baseline.Kind: [String]]) = ([], [:])
    for kind in Baseline.Kind.allCases {
      let (old, new) = (expected.facts[kind] ?? [:], found.facts[kind] ?? [:])
      let names = Set(old.keys).union(new.keys).sorted()
      subjects[kind] = names
      for subject in names {
        let (old, new) = (old[subject] ?? [:], new[subject] ?? [:])
        facts += Set(old.keys).union(new.keys).count
        changes += Self.changes(kind, subject, old, new)
      }
    }
    (self.facts, self.changes, self.subjects) = (facts, changes, subjects)
  }

  private static func changes(
    _ kind: Baseline.Kind, _ subject: String, _ old: [String: String], _ new: [String: String]
  ) -> [Change] {
    Set(old.keys).union(new.keys).sorted().compactMap { fact in
      guard old[fact] != new[fact] else { return nil }
      return Change(
        kind: kind, subject: subject, fact: fact, before: old[fact], after: new[fact])
    }
  }
}

extension BaselineCheck.Change {
  /// By how much a number changed, such as +1; empty for what is no number.
  var difference: String {
    guard let before = before.flatMap(Int.init), let after = after.flatMap(Int.init) else {
      return ""
    }
    return after.difference(from: before)
  }

  /// The change in one line.
  var line: String {
    let amount = difference.isEmpty ? "" : " (\(difference))"
    return "\(fact): was \(before ?? "absent"), is \(after ?? "absent")\(amount)"
  }
}
