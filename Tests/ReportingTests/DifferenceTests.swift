import Catalogue
import Testing
import Transformer

@testable import Reporting

@Suite struct DifferenceTests {
  private func measure(_ change: (inout Recipe) -> Void = { _ in }) throws -> Measurement {
    var recipe = Recipe()
    recipe.sequence = 16
    change(&recipe)
    return try Measurement.run(ModelShape(named: "gpt2-tiny"), recipe, dry: true)
  }

  @Test func `a measurement does not differ from itself`() throws {
    let difference = try Difference(measure(), measure())
    #expect(difference.isEmpty)
    let text = try DifferenceReport(difference, "a", "b").rendered(as: .text)
    #expect(text == "a → b: no difference\n")
  }

  @Test func `the differences of the places add up to that of the total`() throws {
    let (before, after) = (try measure(), try measure { $0.convention = .lean })
    let difference = try Difference(before, after)
    func sum(_ places: [Difference.Place]) -> Int { places.reduce(0) { $0 + $1.after - $1.before } }
    #expect(sum(difference.peak) == after.bytes.peak.total - before.bytes.peak.total)
    #expect(
      sum(difference.savedForBackward)
        == after.bytes.savedForBackward - before.bytes.savedForBackward)
    #expect(
      difference.settings == [
        .init(field: "recipe.convention", before: "pytorch", after: "lean")
      ])
  }

  @Test func `a place is named by category, path and role`() throws {
    let difference = try Difference(measure(), measure { $0.batch = 8 })
    let place = try #require(
      difference.savedForBackward.first { $0.role == .attentionProbabilities })
    #expect(place.category == .activation && place.path == "block.*.attention")
    // l·b·a·s²·4 bytes = 2·4·4·16²·4
    #expect(place.before == 32768 && place.after == 65536)
    // Parameters do not grow with the batch.
    #expect(!difference.peak.contains { $0.category == .parameter })
    #expect(difference.figures.contains { $0.figure == "flops.matmul.forward" })
    #expect(!difference.figures.contains { $0.figure == "bytes.parameter" })
  }
}
