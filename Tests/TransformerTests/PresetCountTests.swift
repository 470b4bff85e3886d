import Catalogue
import Testing
import Transformer

/// The parameters of every preset against what its publisher's files hold.
@Suite struct PresetCountTests {
  /// Totals of the published weights (safetensors, or keras-hub's `params`); for GPT-3 and the largest OPT,
  /// of which no total is published, and for miniatures, the sum of their parts is in `ParameterCountTests`.
  static let published: [String: Int] = [
    "gpt2": 124_439_808, "gpt2-medium": 354_823_168, "gpt2-large": 774_030_080,
    "gpt2-xl": 1_557_611_200, "llama-7b": 6_738_415_616, "llama-13b": 13_015_864_320,
    "llama-33b": 32_528_943_616, "llama-65b": 65_285_660_672, "llama-2-7b": 6_738_415_616,
    "llama-2-13b": 13_015_864_320, "llama-2-70b": 68_976_648_192, "llama-3-8b": 8_030_261_248,
    "llama-3-70b": 70_553_706_496, "llama-3.1-405b": 405_853_388_800,
    "llama-3.2-1b": 1_235_814_400, "mistral-7b": 7_241_732_096, "qwen2.5-0.5b": 494_032_768,
    "qwen2.5-7b": 7_615_616_512, "qwen3-0.6b": 596_049_920, "qwen3-8b": 8_190_735_360,
    "gemma-2b": 2_506_172_416, "gemma-7b": 8_537_680_896, "phi-2": 2_779_683_840,
    "opt-125m": 125_239_296, "opt-350m": 331_196_416, "opt-1.3b": 1_315_758_080,
    "opt-6.7b": 6_658_473_984,
    "opt-13b": 12_853_473_280, "opt-30b": 29_974_540_288, "bloom-560m": 559_214_592,
    "bloom-7b1": 7_069_016_064,
    "bloom-176b": 176_247_271_424, "pythia-160m": 162_322_944, "pythia-1.4b": 1_414_647_808,
    "pythia-6.9b": 6_857_302_016, "pythia-12b": 11_846_072_320, "gpt-neox-20b": 20_554_567_680,
    "mixtral-8x7b": 46_702_792_704, "mixtral-8x22b": 140_620_634_112,
    "qwen3-30b-a3b": 30_532_122_624,
    "falcon-7b": 6_921_720_704, "falcon-40b": 41_303_293_952, "bert-base-uncased": 109_482_240,
    "bert-large-uncased": 335_141_888, "roberta-base": 124_645_632, "roberta-large": 355_359_744,
    "t5-small": 60_506_624, "t5-base": 222_903_552, "t5-large": 737_668_096,
    "t5-3b": 2_851_598_336, "t5-11b": 11_307_321_344, "flan-t5-small": 76_961_152,
    "flan-t5-base": 247_577_856, "flan-t5-large": 783_150_080, "flan-t5-xl": 2_849_757_184,
    "flan-t5-xxl": 11_135_332_352,
  ]

  @Test("Every preset has as many parameters as were published", arguments: Preset.all.map(\.name))
  func parameters(_ name: String) throws {
    let unpublished = [
      "gpt2-tiny", "gpt2-mini", "llama-mini", "bert-mini", "mixtral-mini", "gpt3-175b", "opt-66b",
      "opt-175b", "transformer-base", "transformer-big", "transformer-n2",
    ]
    guard !unpublished.contains(name) else { return }
    let count = ParameterCount(try ModelShape(named: name))
    #expect(count.total == Self.published[name])
    #expect(count.components.reduce(0) { $0 + $1.parameters } == count.total)
  }
}
