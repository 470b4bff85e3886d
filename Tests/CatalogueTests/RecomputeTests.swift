import Catalogue
import Testing

@Suite struct RecomputeTests {
  @Test(arguments: [
    ("none", Recompute.none), ("selective", .selective), ("full", .full), ("sqrt", .squareRoot),
    ("every:1", .every(1)), ("every:12", .every(12)),
  ])
  func `a mode is read as it is spelled, and written so`(spelling: String, mode: Recompute) {
    #expect(Recompute(rawValue: spelling) == mode)
    #expect(mode.rawValue == spelling)
  }

  @Test(arguments: [
    "", "None", "every", "every:", "every:0", "every:-1", "every:x", "every:1.5", "every: 2",
    "every:99999999999999999999", "sqrt ", "every:K",
  ])
  func `whatever is not a spelling is no mode`(text: String) {
    #expect(Recompute(rawValue: text) == nil)
  }

  @Test func `the list of spellings is that of the modes`() {
    let modes = [Recompute.none, .selective, .full, .squareRoot].map(\.rawValue)
    #expect(Recompute.spellings == modes + ["every:K"])
  }

  @Test func `a group has the blocks that its mode says`() {
    #expect(Recompute.none.groupSize(layers: 12) == nil)
    #expect(Recompute.selective.groupSize(layers: 12) == nil)
    #expect(Recompute.full.groupSize(layers: 12) == 1)
    #expect(Recompute.every(5).groupSize(layers: 12) == 5)
  }

  @Test(arguments: [
    // √1 = 1, √2 ≈ 1.41, √3 ≈ 1.73, √6 ≈ 2.45, √7 ≈ 2.65, √12 ≈ 3.46, √96 ≈ 9.80
    (1, 1), (2, 1), (3, 2), (6, 2), (7, 3), (12, 3), (96, 10),
  ])
  func `square-root groups have the nearest number of blocks to √l`(layers: Int, size: Int) {
    #expect(Recompute.squareRoot.groupSize(layers: layers) == size)
  }
}
