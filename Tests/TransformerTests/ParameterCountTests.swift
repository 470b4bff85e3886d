import Catalogue
import Testing
import Transformer

@Suite struct ParameterCountTests {
  /// Published counts: Keras Hub's metadata of its GPT-2 presets; GPT-3's follows from its sizes,
  /// l·(12h² + 13h) + Vh + Th + 2h, and prints as the 175B of Brown et al.
  static let published = [
    ("gpt2", 124_439_808), ("gpt2-medium", 354_823_168), ("gpt2-large", 774_030_080),
    ("gpt2-xl", 1_557_611_200), ("gpt3-175b", 174_604_259_328),
  ]

  @Test("Presets have the published number of parameters", arguments: published)
  func presets(_ name: String, _ parameters: Int) throws {
    let count = ParameterCount(try ModelShape(named: name))
    #expect(count.total == parameters)
    #expect(count.components.reduce(0) { $0 + $1.parameters } == parameters)
    #expect(count.components.allSatisfy { $0.count * $0.each == $0.parameters })
  }

  @Test("A head of its own adds V·h parameters to a model that ties it otherwise")
  func untied() throws {
    let sizes = (layers: 2, hidden: 32, heads: 4, vocabulary: 61, positions: 16)
    func count(tied: Bool) throws -> Int {
      let shape = try ModelShape(
        name: "head", layers: sizes.layers, hidden: sizes.hidden, heads: sizes.heads,
        vocabulary: sizes.vocabulary, positions: sizes.positions, tiedHead: tied)
      return ParameterCount(shape).total
    }
    // 61 · 32 = 1952
    #expect(try count(tied: false) - count(tied: true) == 1952)
  }
}
