import Catalogue
import class Foundation.JSONEncoder
import class Foundation.JSONSerialization
import Transformer

/// What two measurements differ in: the `assay.difference.v1` of the command line. What is equal is
/// left out; times are, because they never are.
public struct Difference: Encodable, Sendable {
  /// The format of this value.
  public let schema = "assay.difference.v1"
  /// Model and recipe.
  public let settings: [Setting]
  /// Bytes, FLOPs and counts.
  public let figures: [Figure]
  /// Tensors at the peak.
  public let peak: [Place]
  /// Tensors kept for backward.
  public let savedForBackward: [Place]

  /// A field of the model or of the recipe.
  public struct Setting: Encodable, Sendable, Equatable {
    /// Its name.
    public let field: String
    /// Its value in the first measurement.
    public let before: String
    /// Its value in the second.
    public let after: String
  }

  /// A number that both measurements have.
  public struct Figure: Encodable, Sendable, Equatable {
    /// Its name, as in JSON.
    public let figure: String
    /// Its value in the first measurement; 0 where it is absent.
    public let before: Int
    /// Its value in the second.
    public let after: Int
  }

  /// All tensors of one category and role at one place, the layers taken together.
  public struct Place: Encodable, Sendable, Equatable {
    /// What the memory is for.
    public let category: Category
    /// Where in the model.
    public let path: String
    /// Which tensors.
    public let role: TensorRole
    /// Their bytes in the first measurement.
    public let before: Int
    /// Their bytes in the second.
    public let after: Int
  }

  /// - Parameters:
  ///   - before: the first measurement.
  ///   - after: the second.
  public init(_ before: Measurement, _ after: Measurement) throws {
    settings = Self.settings(try Self.fields(before), try Self.fields(after))
    figures = Self.figures(before, after)
    peak = Self.places(before.bytes.peak.byPlace, after.bytes.peak.byPlace)
    savedForBackward = Self.places(before.bytes.savedByPlace, after.bytes.savedByPlace)
  }

  /// Whether nothing differs.
  public var isEmpty: Bool {
    settings.isEmpty && figures.isEmpty && peak.isEmpty && savedForBackward.isEmpty
  }

  private static func fields(_ measurement: Measurement) throws -> [String: String] {
    var fields = ["mode": measurement.mode.rawValue]
    let parts: [(String, any Encodable)] = [
      ("model", measurement.model), ("recipe", measurement.recipe),
    ]
    for (name, part) in parts {
      let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(part))
      for (field, value) in object as? [String: Any] ?? [:] {
        fields["\(name).\(field)"] = "\(value)"
      }
    }
    return fields
  }

  private static func settings(_ before: [String: String], _ after: [String: String]) -> [Setting] {
    Set(before.keys).union(after.keys).sorted().compactMap { field in
      let (old, new) = (before[field] ?? "–", after[field] ?? "–")
      return old == new ? nil : Setting(field: field, before: old, after: new)
    }
  }

  /// Without those by role, which the places tell in more detail.
  private static func figures(_ before: Measurement, _ after: Measurement) -> [Figure] {
    let (before, after) = (MeasurementReport(before).figures, MeasurementReport(after).figures)
    let (old, new) = (Dictionary(before) { $1 }, Dictionary(after) { $1 })
    let names = before.map(\.0) + after.map(\.0).filter { old[$0] == nil }
    return names.filter { !$0.hasPrefix("bytes.savedByRole.") }.compactMap { name in
      let (old, new) = (old[name, default: 0], new[name, default: 0])
      return old == new ? nil : Figure(figure: name, before: old, after: new)
    }
  }

  private static func places(
    _ before: [Measurement.PlaceBytes], _ after: [Measurement.PlaceBytes]
  ) -> [Place] {
    func key(_ place: Measurement.PlaceBytes) -> [String] {
      [place.category.rawValue, place.path, place.role.rawValue]
    }
    let old = Dictionary(before.map { (key($0), $0) }) { $1 }
    let new = Dictionary(after.map { (key($0), $0) }) { $1 }
    let keys = Set(old.keys).union(new.keys).sorted { $0.lexicographicallyPrecedes($1) }
    return keys.compactMap { key in
      guard let place = old[key] ?? new[key] else { return nil }
      let (before, after) = (old[key]?.bytes ?? 0, new[key]?.bytes ?? 0)
      guard before != after else { return nil }
      return Place(
        category: place.category, path: place.path, role: place.role, before: before, after: after)
    }
  }
}
