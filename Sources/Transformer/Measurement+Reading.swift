import Catalogue
import Foundation

extension Measurement {
  /// A measurement that was written as JSON.
  ///
  /// - Throws: `InputError` that names the field at fault.
  public init(contentsOf path: String) throws(InputError) {
    guard let data = InputFile.bytes(of: path) else {
      throw InputError(path, found: "no file that can be read", expected: Self.expected)
    }
    do {
      self = try JSONDecoder().decode(Measurement.self, from: data)
    } catch let error as DecodingError {
      let (field, found) = Self.fault(error, in: data)
      throw InputError(path, field: field, found: found, expected: Self.expected)
    } catch {
      throw InputError(path, found: "a file that cannot be read", expected: Self.expected)
    }
    guard schema == "assay.measurement.v1" else {
      throw InputError(path, field: "schema", found: schema.quoted, expected: Self.expected)
    }
  }

  private static let expected = "a measurement, as `assay measure --format json` writes it"

  private static func fault(
    _ error: DecodingError, in data: Data
  ) -> (field: String?, found: String) {
    func name(_ path: [any CodingKey]) -> String? {
      path.isEmpty ? nil : path.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context): return (name(context.codingPath + [key]), "nothing")
    case .valueNotFound(_, let context): return (name(context.codingPath), "null")
    case .typeMismatch(let type, let context):
      return (name(context.codingPath), "something that is not \(Self.name(of: type))")
    case .dataCorrupted(let context):
      guard context.codingPath.isEmpty else {
        return (name(context.codingPath), "a value of no use")
      }
      return (nil, JSONFault.description(of: data))
    @unknown default: return (nil, "no measurement")
    }
  }

  /// What JSON calls values of a type.
  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is Int.Type, is UInt64.Type: "an integer"
    case is Double.Type, is Float.Type: "a number"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }
}
