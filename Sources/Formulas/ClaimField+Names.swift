import Catalogue

extension ClaimField {
  /// The names of conventions.
  func conventions() throws(ClaimError) -> [String] {
    var conventions: [String] = []
    for item in try items("a list of conventions") {
      conventions.append(try item.convention())
    }
    return conventions
  }

  /// The name of a convention.
  func convention() throws(ClaimError) -> String {
    try name("a convention", of: Convention.all.map(\.name))
  }

  /// Sets of tensor roles, none of them empty.
  func rolePatterns() throws(ClaimError) -> [RolePattern] {
    var patterns: [RolePattern] = []
    for item in try items("a list of roles such as attention.*") {
      let pattern = RolePattern(try item.text("a role"))
      guard !pattern.roles.isEmpty else {
        let names = TensorRole.allCases.map(\.rawValue)
        throw item.error(
          found: pattern.pattern.quoted, expected: Self.expectation(pattern.pattern, names))
      }
      patterns.append(pattern)
    }
    return patterns
  }

  /// The name of a preset.
  func preset() throws(ClaimError) -> String {
    try name("a model", of: Preset.all.map(\.name))
  }

  private func name(_ expected: String, of names: [String]) throws(ClaimError) -> String {
    let name = try text(expected)
    guard names.contains(name) else {
      throw error(found: name.quoted, expected: Self.expectation(name, names))
    }
    return name
  }

  /// The id of a claim: letters A to Z and a to z, digits, `.`, `-`, `_` and `/`, at most 60.
  ///
  /// Ids stand in tables, in messages and on the command line, where `*` stands for any letters.
  func identifier() throws(ClaimError) -> String {
    let id = try text("an id")
    guard id.utf8.count <= 60, id.utf8.allSatisfy(Self.identifierBytes.contains) else {
      throw error(
        found: id.quoted, expected: "at most 60 letters A to Z or a to z, digits, . - _ and /")
    }
    return id
  }

  private static let identifierBytes = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/".utf8)

  /// Text for people, on one line: white space, line ends included, becomes one space.
  ///
  /// It is printed in tables and reports, so it has nothing in it that cannot be seen, and not more
  /// than a paragraph.
  func sentence(_ expected: String = "a text") throws(ClaimError) -> String {
    let text = try text(expected)
    let folded = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !folded.isEmpty else { throw error(found: "only white space", expected: expected) }
    guard folded.escaped == folded else {
      throw error(found: folded.quoted, expected: "\(expected) without control characters")
    }
    guard folded.count <= Self.greatestSentence else {
      throw error(
        found: "\(folded.count) characters",
        expected: "\(expected) of at most \(Self.greatestSentence) characters")
    }
    return folded
  }

  /// About ten lines of print; the longest statement in the catalogue has two.
  private static let greatestSentence = 1000
}
