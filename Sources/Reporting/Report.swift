import Foundation

/// A result that can be written in every format.
public protocol Report {
  /// The value that is written as JSON.
  associatedtype Value: Encodable
  /// The value that is written as JSON.
  var value: Value { get }
  /// One line above everything else; nil for none.
  var headline: String? { get }
  /// What people read.
  var tables: [Table] { get }
  /// What fits a terminal, where `tables` is too much for one.
  var brief: [Table] { get }
  /// What programs that cannot read JSON get: one table, numbers without separators.
  var records: Table { get }
  /// The report in a format, with a line feed at its end.
  ///
  /// - Parameters:
  ///   - format: which one.
  ///   - page: what text is set for; of no matter to the other formats.
  /// - Throws: `EncodingError`, which would be a defect.
  func rendered(as format: Format, on page: TextPage) throws -> String
}

extension Report {
  /// The tables.
  public var brief: [Table] { tables }

  /// The report in a format, for a file or a pipe.
  ///
  /// - Throws: `EncodingError`, which would be a defect.
  public func rendered(as format: Format) throws -> String {
    try rendered(as: format, on: .plain)
  }

  /// The report in a format, with a line feed at its end.
  ///
  /// - Parameters:
  ///   - format: which one.
  ///   - page: what text is set for; of no matter to the other formats.
  /// - Throws: `EncodingError`, which would be a defect.
  public func rendered(as format: Format, on page: TextPage) throws -> String {
    switch format {
    case .text:
      let title = headline.map { [$0.folded(to: page.proseWidth).joined(separator: "\n")] } ?? []
      return (title + brief.map { $0.text(on: page) }).joined(separator: "\n\n") + "\n"
    case .markdown:
      let parts = (headline.map { ["## \($0)"] } ?? []) + tables.map(\.markdown)
      return parts.joined(separator: "\n\n") + "\n"
    case .csv:
      return records.csv + "\n"
    case .json:
      return try json()
    }
  }

  /// The value, for programs.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}
