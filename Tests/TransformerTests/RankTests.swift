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
    let single = try test.single()
    let faults = try ThreadCommunicator.run(test.layout) { rank, communicator in
      try test.faults(rank, communicator, against: single).map { "rank \(rank.number): \($0)" }
    }
    #expect(faults.flatMap(\.self) == [])
  }

  @Test("The layouts of eight ranks are all their products, of both models")
  func products() throws {
    let tests = try RankTest.all(ranks: 8)
    for model in ["gpt", "llama"] {
      let found = Set(
        tests.filter { $0.shape.name == model && $0.layout.context == 1 }
          .map { [$0.layout.tensor, $0.layout.pipeline, $0.layout.data] })
      // 8 = t·p·N: three factors of 2 go to three axes in (3 + 2)!/(3!·2!) = 10 ways.
      #expect(found.count == 10, "\(model)")
      #expect(found.allSatisfy { $0.reduce(1, *) == 8 })
    }
    // Of the GPT and of the Llama. Without pipeline: 4 layouts of t = 8, 4, 2, 1 with N = 1, 2, 4, 8, under 1 or 4 ZeRO stages
    // and with or without sequence parallelism: 1·2 + 4·2 + 4·2 + 4·1 = 22. With p = 2 the same for
    // t·N = 4, 1·2 + 4·2 + 4·1 = 14; p = 4: 1·2 + 4·1 = 6; p = 8: 1; each under three schedules.
    // Of the Mixtral, with N = 8 and 4 two numbers of replicas share experts, with N = 2 one. p = 1:
    // 2·4 + 2·4·2 + 4·2 = 32; p = 2: 2·4 + 4·2 = 16; p = 4: 4.
    // Of the first two again, N ranks are shared out among replicas and sequences in log2 N more ways,
    // under 2 ZeRO stages. p = 1: 2·3 + 2·2·2 + 2·2·1 = 18; p = 2: 2·2 + 2·2·1 = 8; p = 4: 2.
    #expect(
      tests.count == 2 * (22 + 3 * (14 + 6 + 1)) + (32 + 16 + 4) + 2 * (18 + 8 + 2))
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

  @Test(
    "So have ranks that share the sequences of every family of decoders",
    arguments: FamiliesTests.decoders, FamiliesTests.attentions)
  func contexts(_ family: String, _ attention: Recipe.Attention) throws {
    let (shape, _) = try FamiliesTests.load(family)
    var recipe = Recipe()
    (recipe.sequence, recipe.attention) = (4, attention)
    var layout = Layout()
    (layout.context, layout.microbatch, layout.globalBatch) = (2, 2, 2)
    try layout.validate(for: shape, recipe)
    try threads(RankTest(shape, layout, recipe))
  }

  @Test("So have ranks with tiles of keys that none of their queries sees")
  func hiddenTiles() throws {
    // Four stretches of 128 tokens, a tile each: the second rank has the two in the middle.
    var recipe = Recipe()
    (recipe.sequence, recipe.attention) = (512, .flash)
    var shape = try RankTest.llama(layers: 2)
    shape.positions = 512
    var layout = Layout()
    layout.context = 2
    try threads(RankTest(shape, layout, recipe))
  }

  /// Five heads, and one of keys and values.
  static let undivided = ["bloom-5heads", "falcon", "gemma"]

  /// `family-NAME.json`: everything that families add to GPT-2 and Llama.
  @Test(
    "So have the ranks of every family whose heads can be divided",
    arguments: FamiliesTests.families.filter { !undivided.contains($0) }, [1, 2])
  func families(_ family: String, _ pipeline: Int) throws {
    var (shape, _) = try FamiliesTests.load(family)
    shape.vocabulary += shape.vocabulary % 2
    var recipe = Recipe()
    recipe.sequence = 4
    var layout = Layout()
    (layout.tensor, layout.pipeline, layout.globalBatch) = (2, pipeline, 2)
    if shape.hasEncoder { (layout.pipeline, layout.data) = (1, pipeline) }
    for sequenceParallel in [false, true] where !(sequenceParallel && shape.hasEncoder) {
      layout.sequenceParallel = sequenceParallel
      try layout.validate(for: shape, recipe)
      try threads(RankTest(shape, layout, recipe))
    }
  }
}
