import Instrument
import TestSupport
import Testing

@testable import Catalogue
@testable import Transformer

/// The most that an update holds under the convention pytorch, against what PyTorch's allocator was
/// asked for.
@Suite struct PeakWitnessTests {
  /// A row of `peaks.json`.
  struct Row: Decodable, CustomStringConvertible, Sendable {
    let layers: Int
    let hidden: Int
    let heads: Int
    let vocabulary: Int
    let sequence: Int
    let batch: Int
    let tiedHead: Bool
    let attention: Recipe.Attention
    let accumulate: Int
    /// In bytes, weights and optimizer states included.
    let peak: Int

    var description: String {
      "V \(vocabulary), s \(sequence), \(attention), \(tiedHead ? "tied" : "untied"), × \(accumulate)"
    }
  }

  static let rows = (try? Fixture.load("peaks.json", as: [Row].self)) ?? []

  @Test("The fixture has three sizes, two kinds of attention, tied or not, one pass or two")
  func complete() {
    #expect(Self.rows.count == 3 * 2 * 2 * 2)
  }

  @Test("An update holds at most what PyTorch holds, but for a few scalars", arguments: rows)
  func peak(_ row: Row) throws {
    let shape = try ModelShape(
      name: "gpt2", layers: row.layers, hidden: row.hidden, heads: row.heads,
      vocabulary: row.vocabulary, positions: row.sequence, tiedHead: row.tiedHead)
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.accumulate) = (row.batch, row.sequence, row.accumulate)
    (recipe.attention, recipe.optimizerImplementation) = (row.attention, .loop)
    let peak = try Measurement.run(shape, recipe, dry: true).bytes.peak
    // The tokens were there before PyTorch was watched.
    var held = peak.total - peak.input
    switch peak.path {
    // PyTorch holds the positions' indices, of 8 bytes, until backward is through.
    case "head.lossGradient": held += 8 * row.sequence
    // It has freed the gradient of the stream when it adds the embedding's up.
    case "embedding.token": held -= 4 * row.batch * row.sequence * row.hidden
    default: #expect(peak.phase == .optimizer)
    }
    // Loss, weights of the targets, and other scalars: nine of 4 bytes at most.
    #expect((0...36).contains(row.peak - held))
  }
}
