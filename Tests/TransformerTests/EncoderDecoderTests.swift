import Catalogue
import Foundation
import Instrument
import RankSupport
import TestSupport
import Testing

@testable import Transformer

/// The Transformer and T5: their files, and what they are refused.
@Suite struct EncoderDecoderTests {
  static let t5: [String: any Sendable] = [
    "model_type": "t5", "num_layers": 2, "d_model": 16, "num_heads": 4, "d_kv": 6, "d_ff": 36,
    "vocab_size": 37, "relative_attention_num_buckets": 8,
  ]
  static let marian: [String: any Sendable] = [
    "model_type": "marian", "encoder_layers": 2, "decoder_layers": 2, "d_model": 16,
    "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 36,
    "decoder_ffn_dim": 36, "vocab_size": 37,
  ]

  static func shape(_ fields: [String: any Sendable], _ changes: [String: Any]) throws -> ModelShape
  {
    try FamiliesTests.shape(of: (fields as [String: Any]).merging(changes) { $1 })
  }

  static func count(_ fields: [String: any Sendable], _ changes: [String: Any] = [:]) throws -> Int
  {
    ParameterCount(try shape(fields, changes)).total
  }

  @Test("A T5 has the parameters that each field of its file asks for")
  func t5Fields() throws {
    // Attention 4·16·24, network 2·16·36, norms of 16: an encoder's block has 2720, a decoder's
    // 1536 + 16 more; then 37·16 embeddings, two tables of 8·4 and two norms.
    let (encoder, decoder) = (
      4 * 16 * 24 + 2 * 16 * 36 + 2 * 16, 2 * 4 * 16 * 24 + 2 * 16 * 36 + 48
    )
    let outer = 37 * 16 + 2 * 8 * 4 + 2 * 16
    let whole = outer + 2 * encoder + 2 * decoder
    #expect(try Self.count(Self.t5) == whole)
    #expect(try Self.count(Self.t5, ["num_decoder_layers": 3]) == whole + decoder)
    #expect(try Self.count(Self.t5, ["num_decoder_layers": NSNull()]) == whole)
    #expect(try Self.count(Self.t5, ["tie_word_embeddings": false]) == whole + 37 * 16)
    #expect(try Self.count(Self.t5, ["feed_forward_proj": "gated-gelu"]) == whole + 4 * 16 * 36)
    #expect(
      try Self.count(Self.t5, ["relative_attention_num_buckets": 10]) == whole + 2 * 2 * 4)
    #expect(try Self.count(Self.t5, ["architectures": ["T5Model"]]) == whole)
    // What is left out has T5-small's size.
    #expect(try Self.count(["model_type": "t5"]) == 60_506_624)
  }

  @Test("What is not in the sizes of a T5 is read, too")
  func t5Choices() throws {
    func architecture(_ changes: [String: Any]) throws -> Architecture {
      try Self.shape(Self.t5, changes).architecture
    }
    #expect(try architecture([:]).position == .relative(buckets: 8, furthest: 128))
    #expect(
      try architecture(["relative_attention_max_distance": 20]).position
        == .relative(buckets: 8, furthest: 20))
    // 16^(-1/2)
    #expect(try architecture([:]).headScale == 0.25)
    #expect(try architecture(["tie_word_embeddings": false]).headScale == 1)
    // transformers 5 says so by a field of its own.
    #expect(try architecture(["scale_decoder_outputs": false]).headScale == 1)
    #expect(try architecture(["feed_forward_proj": "relu"]).activation == .relu)
    #expect(try architecture(["feed_forward_proj": "gated-gelu"]).activation == .geluTanh)
    #expect(try architecture(["feed_forward_proj": "gated-silu"]).activation == .silu)
    #expect(try Self.shape(Self.t5, [:]).positions == 512)
    #expect(try Self.shape(Self.t5, ["n_positions": 64]).positions == 64)
  }

  @Test("A Transformer's embeddings are one, two or three")
  func marianFields() throws {
    // Attention 4·(16² + 16), network 2·16·36 + 36 + 16, norms of 32.
    let (attention, network) = (4 * (16 * 16 + 16), 2 * 16 * 36 + 36 + 16)
    let blocks = 2 * (attention + network + 2 * 32) + 2 * (2 * attention + network + 3 * 32)
    #expect(try Self.count(Self.marian) == blocks + 37 * 16)
    let apart: [String: Any] = ["share_encoder_decoder_embeddings": false]
    #expect(try Self.count(Self.marian, apart) == blocks + 2 * 37 * 16)
    let own = apart.merging(["tie_word_embeddings": false]) { $1 }
    #expect(try Self.count(Self.marian, own) == blocks + 3 * 37 * 16)
    #expect(
      try Self.count(Self.marian, ["decoder_layers": 1]) == blocks + 37 * 16 - 2 * attention
        - network - 96)
  }

  /// A field of a file that cannot be, and what is said of it.
  struct Fault: Sendable {
    let fields: [String: any Sendable]
    let field: String
    let value: any Sendable
    let says: String

    init(
      _ fields: [String: any Sendable], _ field: String, _ value: any Sendable, _ says: String
    ) {
      (self.fields, self.field, self.value, self.says) = (fields, field, value, says)
    }
  }

  static let faults = [
    Fault(
      marian, "encoder_ffn_dim", 40,
      "encoder_ffn_dim: found 40; expected decoder_ffn_dim, 36"
    ),
    Fault(
      marian, "encoder_attention_heads", 2,
      "encoder_attention_heads: found 2; expected decoder_attention_heads, 4"
    ),
    Fault(
      marian, "decoder_vocab_size", 40, "decoder_vocab_size: found 40; expected vocab_size, 37"
    ),
    Fault(
      marian, "d_model", 15,
      "d_model: found 15; expected an even number, as there are as many sines as cosines"
    ),
    Fault(marian, "encoder_layers", 0, "encoder_layers: found 0; expected a positive integer"),
    Fault(
      marian, "architectures", ["MarianForCausalLM"],
      "architectures: found \"MarianForCausalLM\"; expected \"MarianMTModel\" or \"MarianModel\""
    ),
    Fault(t5, "num_layers", 0, "num_layers: found 0; expected a positive integer"),
    Fault(t5, "num_decoder_layers", 0, "num_decoder_layers: found 0; expected a positive integer"),
    Fault(t5, "d_kv", 0, "d_kv: found 0; expected a positive integer"),
    Fault(
      t5, "architectures", ["T5EncoderModel"],
      "architectures: found \"T5EncoderModel\"; expected \"T5ForConditionalGeneration\" or "
        + "\"T5WithLMHeadModel\" or \"T5Model\""
    ),
    Fault(
      t5, "relative_attention_num_buckets", 3,
      "relative_attention_num_buckets: found 3; expected 4 to 100000000"
    ),
    Fault(
      t5, "relative_attention_max_distance", 4,
      "relative_attention_max_distance: found 4; expected more than half of the 8 buckets, "
        + "at most 100000000"
    ),
    Fault(
      t5, "feed_forward_proj", "gated-tanh",
      "feed_forward_proj: found the string \"gated-tanh\"; expected \"relu\" or "
        + "\"gated-relu\" or \"gated-gelu\" or \"gated-silu\""
    ),
  ]

  @Test("What a file asks for in vain is said in one line", arguments: faults.indices)
  func refusedFiles(_ index: Int) throws {
    let fault = Self.faults[index]
    let error = #expect(throws: InputError.self) {
      try Self.shape(fault.fields, [fault.field: fault.value])
    }
    let text = try #require(error?.description)
    #expect(text.hasSuffix(": " + fault.says), "\(text)")
  }

  @Test("Nothing generates, prefixes or divides the layers of an encoder–decoder")
  func refusedRuns() throws {
    let shape = try ModelShape(named: "t5-small")
    func complaint(_ body: () throws -> Void) -> String? {
      #expect(throws: InputError.self) { try body() }?.description
    }
    #expect(
      complaint { _ = try Generation.run(shape, Generation.Request(), dry: true) }
        == "model: found t5-small, whose encoder reads a source first; expected a decoder without "
        + "an encoder, such as gpt2")
    var recipe = Recipe()
    recipe.prefix = 4
    #expect(
      complaint { try recipe.validate(for: shape) }
        == "--prefix: found 4 for t5-small, whose encoder reads the prefix; expected a decoder "
        + "without an encoder, such as gpt2")
    var layout = Layout()
    layout.pipeline = 2
    #expect(
      complaint { try layout.validate(for: shape, Recipe()) }
        == "--pipeline: found 2, for t5-small, which is an encoder–decoder; expected 1")
  }
}
