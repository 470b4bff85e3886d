import Catalogue

/// A claim that cannot be used: where it is written, what was found there, and what would be right.
public struct ClaimError: Error, Hashable, Sendable {
  /// The file.
  public let file: String
  /// The line of the file, from 1; nil where the fault has no place, such as a missing file.
  public let line: Int?
  /// The character of the line, from 1.
  public let column: Int?
  /// The claim, if the fault is in one whose id is known.
  public let claim: String?
  /// The field, with the fields that it is in: `measure.scope`.
  public let field: String?
  /// What was found.
  public let found: String
  /// What would be right.
  public let expected: String
}

extension ClaimError: CustomStringConvertible {
  /// One line: `003.yaml:12:9: claim 003.28: terms: found …; expected …`.
  public var description: String { inputError.description }

  /// The same as the error that commands report; on one line, whatever the file holds.
  public var inputError: InputError {
    let place = [file.escaped, line.map(String.init), column.map(String.init)].compactMap { $0 }
    let subject = [claim.map { "claim \($0.escaped)" }, field?.escaped].compactMap { $0 }
    return InputError(
      place.joined(separator: ":"),
      field: subject.isEmpty ? nil : subject.joined(separator: ": "),
      found: found.escaped, expected: expected.escaped)
  }
}
