import Catalogue
import Testing

@Suite struct PresetTests {
  @Test("Every preset is consistent, named once, and says where its sizes are published")
  func presets() throws {
    for preset in Preset.all {
      #expect(preset.shape.name == preset.name)
      #expect(!preset.source.isEmpty)
    }
    #expect(Set(Preset.all.map(\.name)).count == Preset.all.count)
  }

  @Test("A model is found by the name of its preset")
  func named() throws {
    let shape = try ModelShape(named: "gpt2-xl")
    #expect(shape.layers == 48 && shape.hidden == 1600 && shape.heads == 25)
    // 1600 / 25 = 64
    #expect(shape.headDimension == 64)
    // 4 · 1600 = 6400
    #expect(shape.feedForward == 6400)
  }
}
