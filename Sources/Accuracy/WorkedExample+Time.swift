import Catalogue
import Projection

/// How long training takes.
extension WorkedExample {
  static func time() throws -> [WorkedExample] { try [llama65B(), gpt3(), gpt2XL()] }

  private static let day = 86_400.0

  private static func days(
    _ parameters: Double, _ tokens: Double, devices: Double, peak: Double, utilisation: Double
  ) -> Double {
    TextbookTime.seconds(
      parameters: parameters, tokens: tokens, devices: devices, peak: peak,
      utilisation: utilisation, recomputes: true) / day
  }

  /// 624 TFLOP/s need operands half of which are zeros. The layout of the run is not published; this
  /// is one that fits.
  private static func llama65B() throws -> WorkedExample {
    let shape = try ModelShape(named: "llama-65b")
    var layout = Layout()
    (layout.tensor, layout.pipeline, layout.data) = (8, 4, 64)
    (layout.sequenceParallel, layout.zero) = (true, .optimizerStates)
    (layout.microbatch, layout.globalBatch) = (1, 2048)
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.attention) = (2048, .bf16, .flash)
    recipe.convention = .megatron
    return WorkedExample(
      example: "LLaMA-65B on 2048 A100", quantity: "1.4T tokens", unit: "days",
      reckoned: days(65e9, 1.4e12, devices: 2048, peak: 624e12, utilisation: 0.3),
      formula: "8 · 65·10⁹ · 1.4·10¹² / (2048 · 624·10¹² · 0.3)",
      actual: try projected(shape, recipe, layout, tokens: 1.4e12, .megatron),
      source: "the model of time: t 8, p 4, d 64, micro-batch 1, batch 2048, sequence parallel, "
        + "tiled attention, nothing computed again, dense peak; its authors print 380 tokens a "
        + "second, 21 days")
  }

  private static func gpt3() throws -> WorkedExample {
    var shape = try ModelShape(named: "gpt3-175b")
    shape.vocabulary = MegatronTimes.vocabulary
    var layout = Layout()
    (layout.tensor, layout.pipeline, layout.data) = (8, 8, 16)
    (layout.microbatch, layout.globalBatch) = (1, 1536)
    let recipe = MegatronTimes.recipe(shape, recompute: .full)
    return WorkedExample(
      example: "GPT-3 on 1024 A100", quantity: "300B tokens", unit: "days",
      reckoned: days(175e9, 300e9, devices: 1024, peak: 312e12, utilisation: 0.45),
      formula: "8 · 175·10⁹ · 300·10⁹ / (1024 · 312·10¹² · 0.45)",
      actual: try projected(shape, recipe, layout, tokens: 300e9, .megatron2021),
      source: "the model of time: t 8, p 8, d 16, micro-batch 1, batch 1536, full recomputation, "
        + "kernels megatron-2021")
  }

  /// The text leaves out all layers but one, and the head.
  private static func gpt2XL() throws -> WorkedExample {
    var recipe = Recipe()
    recipe.sequence = 1024
    var layout = Layout()
    (layout.microbatch, layout.globalBatch) = (2, 1024)
    let shape = try ModelShape(named: "gpt2-xl")
    let (tokens, width) = (1024.0, 1600.0)
    let layer = 2 * tokens * width * (4 * width + 2 * tokens + 3 * 6400)
    return WorkedExample(
      example: "GPT-2 XL on one A100", quantity: "400,000 updates of 1024 sequences", unit: "days",
      reckoned: layer * 1024 * 3 * 400_000 / 9.75e12 / day,
      formula: "3 · 400,000 · 1024 · 2·s·h·(4·h + 2·s + 3·f) / (0.5 · 19.5·10¹²)",
      actual: try projected(shape, recipe, layout, tokens: 400_000 * 1024 * 1024, .pytorch),
      source: "the model of time: 48 layers and the head, in 32 bits without tensor cores")
  }

  private static func projected(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, tokens: Double, _ kernels: KernelSet
  ) throws -> Double {
    let time = try ProjectedTime(published: shape, recipe, layout, kernels) { $0.tokens = tokens }
    return (time.trainingSeconds ?? 0) / day
  }
}
