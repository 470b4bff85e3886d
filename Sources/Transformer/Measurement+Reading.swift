import Catalogue
import Foundation

extension Measurement {
  /// A measurement that was written as JSON.
  ///
  /// - Throws: `InputError` that names the field at fault.
  public init(contentsOf path: String) throws(InputError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError(path, found: "no file that can be read", expected: Self.expected)
    }
    do {
      self = try JSONDecoder().decode(Measurement.self, from: data)
    } catch let error as DecodingError {
      let (field, found) = Self.fault(error)
      throw InputError(path, field: field, found: found, expected: Self.expected)
    } catch {
      throw InputError(path, found: "a file that cannot be read", expected: Self.expected)
    }
    guard schema == "assay.measurement.v1" else {
      throw InputError(path, field: "schema", found: schema.quoted, expected: Self.expected)
    }
  }

  private static let expected = "a measurement, as `assay measure --format json` writes it"

  private static func fault(_ error: DecodingError) -> (field: String?, found: String) {
    func name(_ path: [any CodingKey]) -> String? {
      path.isEmpty ? nil : path.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context): return (name(context.codingPath + [key]), "nothing")
    case .valueNotFound(_, let context): return (name(context.codingPath), "null")
    case .typeMismatch(let type, let context):
      return (name(context.codingPath), "something that is not \(type)")
    case .dataCorrupted(let context):
      return (
        name(context.codingPath), context.codingPath.isEmpty ? "no JSON" : "a value of no use"
      )
    @unknown default: return (nil, "no measurement")
    }
  }
}
