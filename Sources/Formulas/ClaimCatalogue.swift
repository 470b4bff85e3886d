import Foundation

/// Published claims, document by document.
public struct ClaimCatalogue: Codable, Sendable, Equatable {
  /// The sources, in the order in which they were given.
  public let documents: [ClaimDocument]

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
    var documents: [ClaimDocument] = []
    var places: [String: String] = [:]
    for (name, bytes) in files {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ClaimError(
          file: name, line: nil, column: nil, claim: nil, field: nil,
          found: "bytes that are not UTF-8", expected: "YAML in UTF-8")
      }
      var reader = ClaimReader(file: name, places: places)
      documents.append(try reader.document(text))
      places = reader.places
    }
    self.documents = documents
  }

  /// Reads and checks the document at a path.
  ///
  /// - Throws: `ClaimError`, also if there is no such file.
  public init(contentsOf path: String) throws(ClaimError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ClaimError(
        file: path, line: nil, column: nil, claim: nil, field: nil,
        found: "no file that can be read", expected: "a YAML file with claims")
    }
    try self.init(files: [(name: path, bytes: Array(data))])
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
    return ClaimCatalogue(documents: documents + other.documents)
  }

  private init(documents: [ClaimDocument]) {
    self.documents = documents
  }
}
