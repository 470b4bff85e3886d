import Foundation

/// The reference data that `make_fixtures.py` writes.
public enum Fixture {
  /// The folder `Tests/Fixtures`.
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures").standardized

  /// Decodes a file of `Tests/Fixtures`.
  public static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
  }
}

/// An array as the fixtures store it: base64 of little-endian float64, row-major.
public struct ReferenceArray: Decodable, Sendable {
  /// Its dimensions.
  public let shape: [Int]
  /// Its elements.
  public let values: [Double]

  private enum CodingKeys: CodingKey { case shape, data }

  /// Decodes shape and elements.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    shape = try container.decode([Int].self, forKey: .shape)
    let data = try container.decode(Data.self, forKey: .data)
    values = stride(from: 0, to: data.count, by: 8).map { offset in
      let bits = data[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Double(bitPattern: bits)
    }
  }
}

/// The sizes of a model and a batch, as the fixtures name them.
public struct ReferenceShape: Decodable, Sendable, CustomStringConvertible {
  /// `b`.
  public let batch: Int
  /// `s`.
  public let sequence: Int
  /// `l`.
  public let layers: Int
  /// `h`.
  public let hidden: Int
  /// `a`.
  public let heads: Int
  /// `V`.
  public let vocabulary: Int
  /// `T`.
  public let positions: Int
  /// `f`.
  public let feedForward: Int

  /// The sizes by symbol.
  public var description: String {
    "b\(batch) s\(sequence) l\(layers) h\(hidden) a\(heads) V\(vocabulary) T\(positions) f\(feedForward)"
  }
}
