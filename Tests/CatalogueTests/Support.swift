import Catalogue
import TestSupport

/// The smallest complete `config.json`, field by field, as JSON.
let smallestConfiguration = [
  "model_type": "\"gpt2\"", "n_layer": "2", "n_embd": "32", "n_head": "4", "vocab_size": "256",
  "n_positions": "64",
]

/// The text of a `config.json` with some fields changed.
///
/// - Parameter changes: JSON by field; a field is left out where there is none.
func configuration(_ changes: [String: String?] = [:]) -> String {
  var fields = smallestConfiguration
  for (field, json) in changes { fields[field] = json }
  let lines = fields.sorted { $0.key < $1.key }.map { "  \"\($0.key)\": \($0.value)" }
  return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
}

/// The model that the text of a `config.json` describes.
func model(_ text: String) throws -> ModelShape {
  try withTemporaryFolder { try ModelShape(configurationAt: $0.write(text, to: "config.json")) }
}

/// What is said of the text of a `config.json`, without its path.
func complaint(about text: String) throws -> String {
  try withTemporaryFolder { folder in
    let path = try folder.write(text, to: "config.json")
    return complaint { () throws(InputError) in try ModelShape(configurationAt: path) }
      .replacing(path + ": ", with: "")
  }
}
