import Catalogue
import Foundation
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// That a model learns shows that all parts work together: a wrong gradient or a wrong update
/// would leave the loss where it was.
@Suite struct LearningTests {
  /// English prose of 35 kB, which every Debian machine has.
  static let text = "/usr/share/common-licenses/GPL-3"

  @Test(
    "The loss of a miniature on a real text falls from ln 256 to below 2.5 in 300 updates",
    .enabled(if: FileManager.default.fileExists(atPath: text), "there is no \(text)"))
  func falls() throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps) = (8, 64, 300)
    recipe.learningRate = 3e-3
    recipe.text = Self.text
    let shape = try ModelShape(named: "gpt2-mini")
    let measurement = try Measurement.run(shape, recipe, dry: false)
    let losses = try #require(measurement.loss).map { $0 ?? .nan }
    #expect(losses.count == 300)
    // An untrained model knows nothing: each of 256 bytes is as likely, ln 256 = 5.545. Its logits
    // are sums of 64 products of a normalised stream and weights of deviation 0.02, of deviation
    // √64·0.02 = 0.16, which adds 0.16²/2 = 0.013 to the loss; three times that is allowed.
    #expect(abs(losses[0] - log(256)) <= 0.04)
    // The frequencies of its bytes alone leave their entropy, 3.17; what is below that comes from
    // context. With the kernels of five CPUs it was 2.363 or 2.364.
    let last = losses.suffix(10).reduce(0, +) / 10
    #expect(last < 2.5)
  }

  @Test("A batch seen again and again is learned by heart", arguments: Recipe.Attention.allCases)
  func memorises(_ attention: Recipe.Attention) throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.attention) = (2, 8, attention)
    recipe.learningRate = 1e-2
    var random = SplitMix64(seed: 1)
    let tokens = random.indices(17, below: 256)
    let engine = try Engine(expecting: 1 << 20)
    var training = Training(
      try ModelShape(named: "gpt2-tiny"), recipe, Corpus(repeating: tokens), on: engine)
    var losses: [Double] = []
    for _ in 0..<100 { losses.append(training.step().loss ?? .nan) }
    // Every token follows from those before it, so nothing keeps the loss from 0.
    #expect(losses[0] > 5)
    #expect(losses[99] < 0.05)
  }
}
