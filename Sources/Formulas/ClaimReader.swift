import Catalogue
import Yams

/// Reads the claims of a file, and checks each.
struct ClaimReader {
  private let file: String
  /// Where each id was used first.
  private(set) var places: [String: String]

  init(file: String, places: [String: String] = [:]) {
    self.file = file
    self.places = places
  }

  mutating func document(_ yaml: String) throws(ClaimError) -> ClaimDocument {
    let root = ClaimField(file: file, node: try node(yaml))
    let fields = try root.fields(["document", "title", "source", "claims"])
    let document = try root.required("document", fields).text()
    let title = try root.required("title", fields).text()
    var claims: [Claim] = []
    for item in try root.required("claims", fields).items("a list of claims") {
      claims.append(try claim(item))
    }
    return ClaimDocument(
      document: document, title: title, source: try fields["source"]?.text(), claims: claims)
  }

  private func node(_ yaml: String) throws(ClaimError) -> Node {
    do {
      if let node = try Yams.compose(yaml: yaml) { return node }
    } catch {
      throw ClaimError(file: file, error as? YamlError)
    }
    throw ClaimError(
      file: file, line: 1, column: 1, claim: nil, field: nil, found: "nothing",
      expected: "the fields document, title and claims")
  }

  private mutating func claim(_ item: ClaimField) throws(ClaimError) -> Claim {
    // The id comes first, so that whatever else is wrong can be said of it.
    let whole = item.part(of: item.node["id"]?.scalar?.string)
    let fields = try whole.fields(Claim.fieldNames)
    let id = try whole.required("id", fields).text("an id")
    if let place = places[id] {
      throw (try whole.required("id", fields))
        .error(found: "an id that is in use at \(place)", expected: "an id of its own")
    }
    places[id] = whole.place
    let claim = try Claim(id: id, whole, fields)
    try ClaimCheck(claim: claim, whole: whole, fields: fields).run()
    return claim
  }
}

extension ClaimField {
  /// A field that must be there.
  func required(
    _ name: String, _ fields: [String: ClaimField]
  ) throws(ClaimError) -> ClaimField {
    if let field = fields[name] { return field }
    throw error(found: "no \(name)", expected: "the field \(name)")
  }
}

extension ClaimError {
  /// An error of the YAML itself.
  fileprivate init(file: String, _ error: YamlError?) {
    var (mark, found): (Mark?, String) = (nil, "text that cannot be read")
    switch error {
    case .scanner(_, let problem, let place, _), .parser(_, let problem, let place, _),
      .composer(_, let problem, let place, _):
      (mark, found) = (place, problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      mark = context.mark
      found = "the field \(duplicates.sorted().joined(separator: ", ")) twice"
    case .reader(let problem, _, _, _):
      found = problem
    default:
      break
    }
    self.init(
      file: file, line: mark?.line, column: mark?.column, claim: nil, field: nil, found: found,
      expected: "YAML")
  }
}
