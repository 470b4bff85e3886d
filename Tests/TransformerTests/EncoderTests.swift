import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// BERT and RoBERTa: their heads, and what they are trained to predict.
@Suite struct EncoderTests {
  static let base = [
    "num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12,
    "intermediate_size": 3072,
  ]
  static let roberta: [String: Double] = [
    "vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1,
    "layer_norm_eps": 1e-5,
  ]

  static func count(_ type: String, _ architecture: String?, _ fields: [String: Any]) throws -> Int
  {
    var fields = fields
    fields["model_type"] = type
    if let architecture { fields["architectures"] = [architecture] }
    return ParameterCount(try FamiliesTests.shape(of: fields)).total
  }

  /// Of transformers' models: keras-hub's `params` for BERT without a head, the totals of
  /// `num_parameters()` for the rest.
  @Test("The class that a file is for says whether there is a pooler or a head")
  func heads() throws {
    let base = Self.base as [String: Any]
    #expect(try Self.count("bert", "BertModel", base) == 109_482_240)
    // h² + h of the pooler go; h² + h of the transform, 2h of its norm and V of the bias come.
    #expect(
      try Self.count("bert", "BertForMaskedLM", base) == 109_482_240 + 2 * 768 + 30_522)
    #expect(try Self.count("bert", nil, base) == 109_514_298)
    let roberta = base.merging(Self.roberta as [String: Any]) { $1 }
    #expect(try Self.count("roberta", "RobertaModel", roberta) == 124_645_632)
    #expect(try Self.count("roberta", "RobertaForMaskedLM", roberta) == 124_697_433)
    let wide = roberta.merging(["vocab_size": 250_002]) { $1 }
    #expect(try Self.count("xlm-roberta", "XLMRobertaModel", wide) == 278_043_648)
  }

  @Test("A decoder's file for a model without a head counts none")
  func headless() throws {
    let llama: [String: Any] = [
      "num_hidden_layers": 2, "hidden_size": 16, "num_attention_heads": 4,
      "intermediate_size": 36, "vocab_size": 37,
    ]
    let whole = try Self.count("llama", "LlamaForCausalLM", llama)
    #expect(try whole - Self.count("llama", "LlamaModel", llama) == 37 * 16)
  }

  @Test("An encoder without a head is trained with that of its pre-training")
  func trained() throws {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence) = (1, 8)
    let bare = try ModelShape(named: "bert-base-uncased")
    let measured = try Measurement.run(bare, recipe, dry: true)
    #expect(measured.model.parameters == 109_514_298)
    #expect(measured.bytes.gradient == 4 * 109_514_298)
  }

  @Test("About 15 tokens in 100 are hidden, at least one, 8 in 10 of them behind the mask")
  func masking() {
    let objective = Objective.maskedTokens(vocabulary: 1000)
    let text = (0..<1001).map { Int64($0 * 7 % 900) }
    var (hidden, masked, changed) = (0, 0, 0)
    for seed in 0..<20 as Range<UInt64> {
      let example = objective.example(text[...], seed: seed)
      #expect(example.tokens.count == 1000)
      for place in 0..<1000 {
        guard example.targets[place] >= 0 else {
          #expect(example.tokens[place] == text[place])
          continue
        }
        #expect(example.targets[place] == text[place])
        hidden += 1
        if example.tokens[place] == 999 { masked += 1 }
        if example.tokens[place] != text[place] { changed += 1 }
      }
      #expect(objective.example(text[..<4], seed: seed).targets.count { $0 >= 0 } == 1)
    }
    #expect(hidden == 20 * 150)
    // Binomial with deviation √(3000·0.8·0.2) = 22 and √(3000·0.9·0.1) = 16: six of them.
    #expect(abs(masked - 2400) <= 132)
    #expect(abs(changed - 2700) <= 99)
  }

  @Test("An encoder learns to restore what was hidden", arguments: Recipe.Attention.allCases)
  func learns(_ attention: Recipe.Attention) throws {
    let shape = try ModelShape(named: "bert-mini")
    var recipe = Recipe()
    (recipe.batch, recipe.sequence) = (4, 32)
    (recipe.attention, recipe.learningRate) = (attention, 3e-3)
    let objective = Objective.maskedTokens(vocabulary: shape.vocabulary)
    var random = SplitMix64(seed: 1)
    let examples = (0..<4 as Range<UInt64>).map { seed in
      objective.example(random.indices(33, below: 256)[...], seed: seed)
    }
    let engine = try Engine(expecting: 1 << 22)
    var training = Training(shape, recipe, Corpus(examples: examples), on: engine)
    let losses = (0..<40).map { _ in training.step().loss ?? .nan }
    // Untrained, all 257 tokens are about as likely: log 257 = 5.55. Four examples are learned by
    // heart.
    #expect(abs(losses[0] - 5.55) < 0.2)
    #expect(losses[39] < 1)
  }

  @Test("An encoder is asked in vain to write from left to right")
  func generation() throws {
    let shape = try ModelShape(named: "bert-mini")
    let error = #expect(throws: InputError.self) {
      try Generation.run(shape, Generation.Request(), dry: true)
    }
    #expect(
      error?.description == "model: found bert-mini, whose tokens see those that follow; "
        + "expected a decoder, such as gpt2")
  }
}
