import Catalogue
import Testing
import Transformer

/// GPT-3 without its terabytes: every number below is worked out by hand from its shape.
@Suite struct GPT3Tests {
  /// Layers, and the size of the residual stream.
  let l = 96, h = 12_288
  /// Heads, and the vocabulary.
  let a = 96, V = 50_257
  /// One sequence, as long as there are positions.
  let s = 2_048
  let measurement: Measurement

  init() throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps) = (1, 2048, 2)
    measurement = try Measurement.run(ModelShape(named: "gpt3-175b"), recipe, dry: true)
  }

  @Test("GPT-3 has 174,604,259,328 parameters, which take 698 GB, and AdamW twice that")
  func parameters() {
    // A layer: 12h² in four matrices, 9h in their biases, 4h in two norms:
    // 12·150,994,944 + 13·12,288 = 1,812,099,072, times 96 = 173,961,510,912.
    // Embeddings (50,257 + 2,048)·12,288 = 642,723,840; final norm 2·12,288 = 24,576.
    #expect(l * (12 * h * h + 13 * h) + (V + s) * h + 2 * h == 174_604_259_328)
    #expect(measurement.model.parameters == 174_604_259_328)
    #expect(measurement.bytes.parameter == 4 * 174_604_259_328)
    #expect(measurement.bytes.gradient == 4 * 174_604_259_328)
    #expect(measurement.bytes.optimizerState == 8 * 174_604_259_328)
  }

  @Test("A layer keeps 64·sh + 4·as² + 16·s bytes for backward under convention pytorch")
  func saved() {
    // 4 bytes of fp32 for two norms' inputs, two norms' outputs, q, k, v, the context: 8·sh; the
    // activation's input and output: 8·sh; the probabilities: as². And four statistics a token.
    // 64·25,165,824 + 4·402,653,184 + 16·2,048 = 3,221,258,240
    let layer = 64 * s * h + 4 * a * s * s + 16 * s
    #expect(layer == 3_221_258_240)
    // Behind them the final norm's input and output, 8·sh, and statistics, 8·s; the
    // log-probabilities, 4·sV, and the targets' total weight, 4.
    let tail = 8 * s * h + 8 * s + 4 * s * V + 4
    // 96·3,221,258,240 + 201,326,592 + 16,384 + 411,705,344 + 4
    #expect(l * layer + tail == 309_853_839_364)
    #expect(measurement.bytes.savedForBackward == 309_853_839_364)
    #expect(measurement.bytes.leaked == 0)
  }

  @Test("The peak, 2.80 TB, is where the gradients of the token embedding are added up")
  func peak() {
    let peak = measurement.bytes.peak
    #expect(peak.phase == .backward)
    #expect(peak.path == "embedding.token")
    #expect(peak.parameter == 4 * 174_604_259_328)
    #expect(peak.optimizerState == 8 * 174_604_259_328)
    // All gradients, that of the token embedding being made; activations are gone.
    #expect(peak.gradient == 698_417_037_312)
    #expect(peak.activation == 0)
    // What the head and the lookup made of the embedding's gradient, Vh each, and the gradient of the
    // stream, sh: 4·(2·617,558,016 + 25,165,824)
    #expect(peak.temporary == 5_041_127_424)
    // Two ids of 8 bytes for each token.
    #expect(peak.input == 2 * 8 * 2_048)
    // 698,417,037,312 + 698,417,037,312 + 1,396,834,074,624 + 5,041,127,424 + 32,768
    #expect(peak.total == 2_798_709_309_440)
  }

  @Test("A forward pass takes 735 TFLOP in matrix products, backward twice that")
  func flops() {
    // A layer: 24·sh² in four products with weights, 4·s²h in attention:
    // 24·2,048·150,994,944 = 7,421,703,487,488, and 4·4,194,304·12,288 = 206,158,430,208.
    // The logits: 2·shV = 2·25,165,824·50,257 = 2,529,517,633,536.
    // 96·7,627,861,917,696 + 2,529,517,633,536
    #expect(l * (24 * s * h * h + 4 * s * s * h) + 2 * s * h * V == 734_804_261_732_352)
    #expect(measurement.flops.matmul.forward == 734_804_261_732_352)
    #expect(measurement.flops.matmul.backward == 2 * 734_804_261_732_352)
    #expect(measurement.flops.matmulDense == measurement.flops.matmul)
    #expect(measurement.flops.matmul.recompute == 0)
  }
}
