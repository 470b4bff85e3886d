import Catalogue

/// Where a claim is written.
struct ClaimPlace: Hashable, Sendable {
  let file: String
  /// From 1; nil where YAML does not say.
  let line: Int?
  let column: Int?
}

extension ClaimPlace: CustomStringConvertible {
  /// File and line.
  var description: String { line.map { "\(file.escaped):\($0)" } ?? file.escaped }
}
