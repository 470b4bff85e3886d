import Catalogue
import Foundation
import TestSupport
import Testing

@testable import Transformer

/// Bytes that models which are not decoders keep for backward, against what autograd keeps of
/// transformers' models.
@Suite struct SavedFamiliesTests {
  /// `saved-families.json`, but for the configurations.
  struct Reference: Decodable {
    struct Row: Decodable {
      let batch: Int
      let sequence: Int
      let attention: String
      let dropout: Float
      let totalBytes: Int
    }
    let rows: [Row]
  }

  static let rows = (try? Fixture.load("saved-families.json", as: Reference.self).rows) ?? []

  /// The shape of a row, read from its configuration.
  static func shape(of row: Int) throws -> ModelShape {
    let data = try Data(contentsOf: Fixture.folder.appending(path: "saved-families.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    return try FamiliesTests.shape(of: try #require(rows[row]["config"]))
  }

  @Test(
    "Convention pytorch keeps what PyTorch keeps of every model, to the byte",
    arguments: rows.indices)
  func pytorch(_ number: Int) throws {
    let row = Self.rows[number]
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.dropout) = (row.batch, row.sequence, row.dropout)
    recipe.attention = row.attention == "eager" ? .eager : .flash
    recipe.convention = .pytorch
    let measured = try Measurement.run(try Self.shape(of: number), recipe, dry: true)
    #expect(measured.bytes.savedForBackward == row.totalBytes)
  }

  @Test("There are rows with and without dropout, with one sequence and more")
  func enough() {
    #expect(Self.rows.count >= 12)
    #expect(Self.rows.contains { $0.dropout > 0 && $0.batch == 1 })
    #expect(Self.rows.contains { $0.dropout == 0 && $0.attention == "sdpa" })
  }
}
