import Catalogue
import Yams

/// Reads the claims of a file, and checks each.
struct ClaimReader {
  private let file: String
  /// Where each id was used first.
  private(set) var places: [String: ClaimPlace]

  init(file: String, places: [String: ClaimPlace] = [:]) {
    self.file = file
    self.places = places
  }

  mutating func document(_ yaml: String) throws(ClaimError) -> ClaimDocument {
    let root = ClaimField(file: file, node: try node(yaml))
    let fields = try root.fields(["document", "title", "source", "claims"])
    let document = try root.required("document", fields).sentence()
    let title = try root.required("title", fields).sentence()
    let source = try fields["source"]?.sentence()
    let list = try root.required("claims", fields)
    var claims: [Claim] = []
    for item in try list.items("a list of claims", atMost: .max) { claims.append(try claim(item)) }
    guard !claims.isEmpty else { throw list.error(found: "no claims", expected: "at least one") }
    return ClaimDocument(document: document, title: title, source: source, claims: claims)
  }

  private func node(_ yaml: String) throws(ClaimError) -> Node {
    if let node = try YAMLText(file: file, yaml).root() { return node }
    throw ClaimError(
      file: file, line: 1, column: 1, claim: nil, field: nil, found: "nothing",
      expected: "the fields document, title and claims")
  }

  private mutating func claim(_ item: ClaimField) throws(ClaimError) -> Claim {
    // The id comes first, so that whatever else is wrong can be said of it.
    let name = item.node["id"]?.scalar?.string ?? ""
    let whole = item.part(of: name.isEmpty ? nil : name.quoted)
    let fields = try whole.fields(Claim.fieldNames)
    let field = try whole.required("id", fields)
    let id = try field.identifier()
    if let place = places[id] {
      throw field.error(found: "an id that is in use at \(place)", expected: "an id of its own")
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
