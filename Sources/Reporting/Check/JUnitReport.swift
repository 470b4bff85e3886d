/// A check as JUnit's XML, which continuous integration shows: a suite for each kind of facts, a case
/// for each subject, with its changes as its failure.
///
/// Of the format's dialects, this keeps to what all readers know: `testsuites`, `testsuite`,
/// `testcase`, `failure`.
public struct JUnitReport: Sendable {
  private let check: BaselineCheck

  /// - Parameter check: the changes.
  public init(_ check: BaselineCheck) { self.check = check }

  /// The document.
  public var xml: String {
    let failures = Set(check.changes.map { "\($0.kind.rawValue) \($0.subject)" }).count
    let tests = check.subjects.values.reduce(0) { $0 + $1.count }
    let suites = Baseline.Kind.allCases.map(suite).joined()
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="assay check" tests="\(tests)" failures="\(failures)">
      \(suites)</testsuites>

      """
  }

  private func suite(_ kind: Baseline.Kind) -> String {
    let subjects = check.subjects[kind] ?? []
    let changes = Dictionary(grouping: check.changes.filter { $0.kind == kind }, by: \.subject)
    let cases = subjects.map { testCase(kind, $0, changes[$0] ?? []) }.joined()
    return """
        <testsuite name="\(kind.rawValue)" tests="\(subjects.count)" failures="\(changes.count)">
      \(cases)  </testsuite>

      """
  }

  private func testCase(
    _ kind: Baseline.Kind, _ subject: String, _ changes: [BaselineCheck.Change]
  ) -> String {
    let head =
      "    <testcase classname=\"assay.\(kind.rawValue)\" name=\"\(subject.escapedForMarkup)\""
    guard !changes.isEmpty else { return head + "/>\n" }
    let lines = changes.map(\.line).joined(separator: "\n").escapedForMarkup
    let message = "\(changes.count.counted("fact")) changed"
    return head + ">\n      <failure message=\"\(message)\">\(lines)</failure>\n    </testcase>\n"
  }
}
