import Catalogue
import Instrument

extension Measurement {
  /// All tensors of one category and role at one place of the model; the layers count as one place.
  public struct PlaceBytes: Codable, Sendable, Equatable {
    /// What the memory is for.
    public let category: Category
    /// The place, with `*` for the number of a layer: `block.*.attention`.
    public let path: String
    /// Which tensors.
    public let role: TensorRole
    /// Their size together, in bytes.
    public let bytes: Int
    /// How many there are.
    public let tensors: Int

    /// The tensors, in alphabetical order.
    static func list(_ entries: [Ledger.Entry], _ ledger: Ledger) -> [PlaceBytes] {
      Dictionary(grouping: entries) { Place($0, ledger) }
        .map { place, entries in
          PlaceBytes(
            category: place.category, path: place.path, role: place.role,
            bytes: entries.reduce(0) { $0 + $1.bytes }, tensors: entries.count)
        }
        .sorted {
          ($0.category.rawValue, $0.path, $0.role.rawValue)
            < ($1.category.rawValue, $1.path, $1.role.rawValue)
        }
    }
  }

  private struct Place: Hashable {
    let category: Category
    let path: String
    let role: TensorRole

    init(_ entry: Ledger.Entry, _ ledger: Ledger) {
      category = entry.category
      role = entry.role
      path = ledger.path(entry.scope).split(separator: ".")
        .map { $0.allSatisfy(\.isNumber) ? "*" : $0 }.joined(separator: ".")
    }
  }
}
