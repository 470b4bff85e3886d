import Catalogue
import Foundation

/// What a program is expected to measure, fact by fact: the `assay.baseline.v1` of the command line.
///
/// A fact is a text with a name; facts about the same thing, such as a model under a recipe, are a
/// subject. Written as JSON with sorted keys, a change of one fact is a change of one line.
public struct Baseline: Codable, Sendable, Equatable {
  /// The format of this value.
  public private(set) var schema = Self.schema
  /// The facts: by kind, by subject, by name.
  public var facts: [Kind: [String: [String: String]]]

  private static let schema = "assay.baseline.v1"

  /// What facts are about.
  public enum Kind: String, Codable, Sendable, CaseIterable, CodingKeyRepresentable {
    /// Parameters of models.
    case counts
    /// Verdicts on claims.
    case verdicts
    /// Coefficients of formulas that were derived, term by term.
    case formulas
    /// Bytes and FLOPs of an update, and bytes of each tensor that is kept for backward.
    case bytes
  }

  /// - Parameter facts: by kind, by subject, by name.
  public init(_ facts: [Kind: [String: [String: String]]]) { self.facts = facts }

  /// Reads what `write` wrote.
  ///
  /// - Throws: `InputError` for a file that is not there, or that is no baseline.
  public init(contentsOf path: String) throws(InputError) {
    guard let data = InputFile.bytes(of: path) else {
      throw InputError(
        path, found: "no file that can be read", expected: "a baseline; --update records one")
    }
    guard let baseline = try? JSONDecoder().decode(Baseline.self, from: data),
      baseline.schema == Self.schema
    else {
      throw InputError(
        path, found: "text that is not a baseline",
        expected: "JSON of \(Self.schema), as `assay check --update` writes it")
    }
    self = baseline
  }

  /// Writes the file, all of it or nothing.
  ///
  /// - Throws: `InputError` if there is no place for it.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    try OutputFile(path).write(text)
  }

  /// Number of facts.
  public var count: Int {
    facts.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
  }
}
