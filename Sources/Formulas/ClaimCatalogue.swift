/// Published claims, document by document.
public struct ClaimCatalogue: Codable, Sendable {
  /// The sources, in the order in which they were given.
  public let documents: [ClaimDocument]

  /// Where the claims were read, for errors. Not a part of the value: neither coded nor compared.
  private var places: [String: ClaimPlace] = [:]

  private enum CodingKeys: CodingKey { case documents }

  /// All claims, in the order of the documents.
  public var claims: [Claim] { documents.flatMap(\.claims) }

  /// The claim of that id.
  public subscript(id: String) -> Claim? { claims.first { $0.id == id } }

  /// The document that a claim is from.
  public func document(of claim: Claim) -> ClaimDocument? {
    documents.first { $0.claims.contains { $0.id == claim.id } }
  }

  /// Reads and checks one document a file.
  ///
  /// - Parameter files: the name of each file, for errors, and its content: YAML in UTF-8.
  /// - Throws: `ClaimError` with the first fault.
  public init(files: [(name: String, bytes: [UInt8])]) throws(ClaimError) {
    var read: [ClaimFile] = []
    for (name, bytes) in files { read.append(try ClaimFile(name: name, bytes: bytes)) }
    try self.init(read)
  }

  /// Reads and checks the document at a path, or that comes through a pipe.
  ///
  /// - Throws: `ClaimError`, also if there is no such file.
  public init(contentsOf path: String) throws(ClaimError) {
    try self.init([ClaimFile(contentsOf: path)])
  }

  private init(_ files: [ClaimFile]) throws(ClaimError) {
    var documents: [ClaimDocument] = []
    for file in files {
      var reader = ClaimReader(file: file.name, places: places)
      documents.append(try reader.document(file.text))
      places = reader.places
    }
    self.documents = documents
  }

  /// These documents and those of another catalogue.
  ///
  /// - Throws: `ClaimError` if a claim of the other has an id that is taken.
  public func adding(
    _ other: ClaimCatalogue, from file: String
  ) throws(ClaimError) -> ClaimCatalogue {
    let taken = Set(claims.map(\.id))
    if let duplicate = other.claims.first(where: { taken.contains($0.id) }) {
      throw ClaimError(
        file: file, line: nil, column: nil, claim: duplicate.id, field: "id",
        found: "an id that is already in use", expected: "an id of its own")
    }
    return ClaimCatalogue(
      documents: documents + other.documents,
      places: places.merging(other.places) { place, _ in place })
  }

  private init(documents: [ClaimDocument], places: [String: ClaimPlace]) {
    self.documents = documents
    self.places = places
  }

  /// A fault of a claim that shows only when it is held to a run: as if the reader had found it.
  public func error(
    in claim: Claim, field: String?, found: String, expected: String
  ) -> ClaimError {
    let place = places[claim.id]
    return ClaimError(
      file: place?.file ?? "claims", line: place?.line, column: place?.column, claim: claim.id,
      field: field, found: found, expected: expected)
  }
}

extension ClaimCatalogue: Equatable {
  /// Whether both have the same claims, wherever they were read.
  public static func == (left: ClaimCatalogue, right: ClaimCatalogue) -> Bool {
    left.documents == right.documents
  }
}
