import Catalogue
import Foundation
import Instrument
import RankSupport
import TestSupport
import Testing

@testable import Transformer

@Suite struct RankTests {
  static let tests: [RankTest] = {
    do {
      return try [2, 4].flatMap { try RankTest.all(ranks: $0) }
    } catch {
      fatalError("\(error)")
    }
  }()

  @Test(
    "A rank has the loss and the gradients of a single device, and the events of its dry run",
    arguments: tests)
  func threads(_ test: RankTest) throws {
    let faults = try ThreadCommunicator.run(test.layout) { rank, communicator in
      try test.faults(rank, communicator).map { "rank \(rank.number): \($0)" }
    }
    #expect(faults.flatMap(\.self) == [])
  }

  @Test("So has each of eight ranks on three axes, with recomputation, in tiles, and with dropout")
  func mixed() throws {
    for (index, recompute) in [Recompute.full, .every(2), .selective].enumerated() {
      var recipe = Recipe()
      recipe.sequence = 8
      recipe.recompute = recompute
      recipe.attention = index == 1 ? .flash : .eager
      recipe.convention = Convention.all[index]
      var layout = Layout()
      (layout.data, layout.tensor, layout.pipeline, layout.globalBatch) = (2, 2, 2, 8)
      layout.sequenceParallel = index > 0
      layout.zero = [.parameters, .gradients, .optimizerStates][index]
      try threads(RankTest(RankTest.gpt(), layout, recipe))
      try threads(RankTest(RankTest.llama(), layout, recipe))
      // Masks follow from the sequences; only ranks that share a layer draw some of their own.
      (layout.data, layout.tensor, layout.sequenceParallel) = (4, 1, false)
      recipe.dropout = 0.2
      try threads(RankTest(RankTest.gpt(), layout, recipe))
    }
  }

  /// `family-NAME.json`: everything that families add to GPT-2 and Llama.
  @Test(
    "So have the ranks of every family whose heads can be divided",
    arguments: FamiliesTests.families)
  func families(_ family: String) throws {
    let (shape, _) = try FamiliesTests.load(family)
    var recipe = Recipe()
    recipe.sequence = 4
    var layout = Layout()
    (layout.tensor, layout.sequenceParallel, layout.globalBatch) = (2, true, 2)
    var even = shape
    even.vocabulary += even.vocabulary % 2
    guard (try? layout.validate(for: even, recipe)) != nil else { return }
    try threads(RankTest(even, layout, recipe))
    layout.sequenceParallel = false
    try threads(RankTest(even, layout, recipe))
  }
}
