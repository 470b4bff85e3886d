import Catalogue
import Yams

/// A node of a YAML file, with what an error about it must say: the file, the place, the claim, and
/// the fields that lead to it.
struct ClaimField {
  let file: String
  let claim: String?
  let path: [String]
  let node: Node

  init(file: String, claim: String? = nil, path: [String] = [], node: Node) {
    self.file = file
    self.claim = claim
    self.path = path
    self.node = node
  }

  /// The same, as part of a claim.
  func part(of claim: String?) -> ClaimField {
    ClaimField(file: file, claim: claim, node: node)
  }

  /// A node within, under its name if it has one.
  func child(_ name: String?, _ node: Node) -> ClaimField {
    ClaimField(file: file, claim: claim, path: path + (name.map { [$0] } ?? []), node: node)
  }

  /// A fault here, or so many characters further on.
  func error(found: String, expected: String, offset: Int = 0) -> ClaimError {
    ClaimError(
      file: file, line: node.mark?.line, column: node.mark.map { $0.column + offset },
      claim: claim, field: path.isEmpty ? nil : path.joined(separator: "."), found: found,
      expected: expected)
  }

  /// Where it stands.
  var place: ClaimPlace {
    ClaimPlace(file: file, line: node.mark?.line, column: node.mark?.column)
  }
}

// MARK: - What is in it

extension ClaimField {
  /// The text of a scalar.
  func text(_ expected: String = "a text") throws(ClaimError) -> String {
    guard let scalar = node.scalar else { throw error(found: kind, expected: expected) }
    guard !scalar.string.isEmpty else { throw error(found: "nothing", expected: expected) }
    return scalar.string
  }

  /// More items than any list within a claim has. What is read of a claim is used at each of some
  /// twenty runs.
  private static let greatestCount = 100

  /// The items of a list.
  func items(
    _ expected: String, atMost limit: Int = greatestCount
  ) throws(ClaimError) -> [ClaimField] {
    guard let sequence = node.sequence else { throw error(found: kind, expected: expected) }
    guard sequence.count <= limit else {
      throw error(found: "\(sequence.count) items", expected: "at most \(limit)")
    }
    return sequence.map { child(nil, $0) }
  }

  /// The names and values of a mapping whose names are free, in their order.
  func pairs(_ expected: String) throws(ClaimError) -> [(name: String, value: ClaimField)] {
    guard let mapping = node.mapping else { throw error(found: kind, expected: expected) }
    guard mapping.count <= Self.greatestCount else {
      throw error(found: "\(mapping.count) of them", expected: "at most \(Self.greatestCount)")
    }
    var pairs: [(name: String, value: ClaimField)] = []
    for (key, value) in mapping {
      let name = try child(nil, key).text("a name")
      pairs.append((name, child(name.quoted, value)))
    }
    return pairs
  }

  /// The fields of a mapping whose names are known; one that is empty is left out.
  func fields(_ known: [String]) throws(ClaimError) -> [String: ClaimField] {
    let list = known.joined(separator: ", ")
    guard let mapping = node.mapping else {
      throw error(found: kind, expected: "the fields \(list)")
    }
    var fields: [String: ClaimField] = [:]
    for (key, value) in mapping {
      let name = child(nil, key)
      let text = try name.text("a name")
      guard known.contains(text) else {
        let nearest = text.nearest(in: known).map { "\($0)" } ?? "one of the fields \(list)"
        throw name.error(found: "the unknown field \(text.quoted)", expected: nearest)
      }
      let field = child(text, value)
      if !field.isNull { fields[text] = field }
    }
    return fields
  }

  /// One of the names of a list.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type = Choice.self
  ) throws(ClaimError) -> Choice {
    let names = type.allCases.map(\.rawValue)
    let text = try text(Self.expectation(names))
    guard let choice = type.init(rawValue: text) else {
      throw error(found: text.quoted, expected: Self.expectation(text, names))
    }
    return choice
  }

  /// The nearest name if one is near, and all of them if they are few.
  static func expectation(_ found: String, _ names: [String]) -> String {
    found.nearest(in: names) ?? expectation(names)
  }

  private static func expectation(_ names: [String]) -> String {
    let shown = names.count <= 20 ? names : Array(names.prefix(20)) + ["…"]
    return "one of \(shown.joined(separator: ", "))"
  }

  private var isNull: Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else {
      return false
    }
    return ["", "~", "null"].contains(scalar.string)
  }

  private var kind: String {
    switch node {
    case .scalar(let scalar): scalar.string.quoted
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}
