import Catalogue
import Foundation
import Testing
import TestSupport

@Suite struct ConfigurationTests {
  @Test func `a config.json gives the sizes of the model, named by its path`() throws {
    try withTemporaryFolder { folder in
      let path = try folder.write(configuration(["n_inner": "100"]), to: "config.json")
      let shape = try ModelShape(named: path)
      #expect(shape.name == path)
      #expect((shape.layers, shape.hidden, shape.heads) == (2, 32, 4))
      #expect((shape.feedForward, shape.vocabulary, shape.positions) == (100, 256, 64))
      // 32 / 4 = 8
      #expect((shape.kvHeads, shape.headDimension) == (4, 8))
    }
  }

  @Test func `fields that transformers leaves out have their defaults`() throws {
    let shape = try model(configuration())
    // 4 · 32 = 128
    #expect(shape.feedForward == 128)
    #expect(shape.tiedHead)
    #expect(shape.normEpsilon == 1e-5)
    #expect(try model(configuration(["n_inner": "null"])).feedForward == 128)
  }

  @Test(arguments: [
    "activation_function": "\"gelu_new\"", "add_cross_attention": "false",
    "scale_attn_by_inverse_layer_idx": "false", "scale_attn_weights": "true",
    "tie_word_embeddings": "true", "layer_norm_epsilon": "1e-05", "n_ctx": "7",
    "architectures": "[\"GPT2LMHeadModel\"]", "n_embd": "32.0",
  ])
  func `defaults that are written out, and fields that do not matter, change nothing`(
    field: String, json: String
  ) throws {
    var (shape, plain) = (try model(configuration([field: json])), try model(configuration()))
    (shape.name, plain.name) = ("", "")
    #expect(shape == plain)
  }

  @Test func `what differs from its default is read`() throws {
    #expect(try !model(configuration(["tie_word_embeddings": "false"])).tiedHead)
    #expect(try model(configuration(["layer_norm_epsilon": "0.001"])).normEpsilon == 0.001)
    let tanh = configuration(["activation_function": "\"gelu_pytorch_tanh\""])
    #expect(try model(tanh).layers == 2)
  }

  @Test(arguments: [
    ("model_type", "a string, such as \"gpt2\""), ("n_layer", "an integer"),
    ("n_embd", "an integer"), ("n_head", "an integer"), ("vocab_size", "an integer"),
    ("n_positions", "an integer"),
  ])
  func `a field that is missing is named`(field: String, expected: String) throws {
    #expect(
      try complaint(about: configuration([field: nil]))
        == "\(field): found nothing; expected \(expected)")
  }

  @Test func `where several fields are missing, the first is named`() throws {
    let says = "model_type: found nothing; expected a string, such as \"gpt2\""
    #expect(try complaint(about: "{}") == says)
  }

  @Test(arguments: [
    ("[1]", "found JSON that is not an object; expected { \"model_type\": … }"),
    ("3", "found JSON that is not an object; expected { \"model_type\": … }"),
    ("null", "found JSON that is not an object; expected { \"model_type\": … }"),
    ("\"gpt2\"", "found JSON that is not an object; expected { \"model_type\": … }"),
  ])
  func `JSON that is not an object is refused`(text: String, says: String) throws {
    #expect(try complaint(about: text) == says)
  }

  @Test(arguments: ["", "{", "gpt2", "{ \"n_layer\": NaN }", "{},", "\0"])
  func `what is not JSON is refused, with the reason`(text: String) throws {
    let says = try complaint(about: text)
    #expect(says.hasPrefix("found text that is not JSON ("))
    #expect(says.hasSuffix("); expected a JSON object of settings"))
    #expect(!says.contains("(malformed)"))
    #expect(!says.contains("\n"))
  }

  @Test func `bytes that are no text are refused`() throws {
    try withTemporaryFolder { folder in
      let latin = [UInt8]("{ \"model_type\": \"".utf8) + [0xFF] + [UInt8]("\" }".utf8)
      try Data(latin).write(to: URL(filePath: folder("config.json")))
      let says = complaint { () throws(InputError) in
        try ModelShape(configurationAt: folder("config.json"))
      }
      #expect(says.hasPrefix(folder("config.json") + ": found text that is not JSON ("))
    }
  }

  @Test func `a folder, and a path where nothing is, are refused`() throws {
    try withTemporaryFolder { folder in
      for name in [folder.path, folder.path + "/"] {
        let says = complaint { () throws(InputError) in try ModelShape(named: name) }
        #expect(says == "\(name): found a directory; expected a config.json")
      }
      let missing = folder("config.json")
      let unread = complaint { () throws(InputError) in try ModelShape(configurationAt: missing) }
      #expect(unread == "\(missing): found no readable file; expected a config.json")
      let unnamed = complaint { () throws(InputError) in try ModelShape(named: missing) }
      #expect(
        unnamed == "model: found \"\(missing)\", which is neither a preset nor a file; "
          + "expected a preset such as gpt2 (`assay models` lists them), or the path of a "
          + "config.json")
    }
  }
}
