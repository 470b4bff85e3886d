import Foundation

/// A model that is built in.
public struct Preset: Decodable, Sendable {
  /// The name on the command line.
  public let name: String
  /// What it is.
  public let note: String
  /// Where its sizes are published.
  public let source: String
  private let layers: Int
  private let hidden: Int
  private let heads: Int
  private let vocabulary: Int
  private let positions: Int

  private enum CodingKeys: String, CodingKey {
    case name, note, source
    case layers = "n_layer"
    case hidden = "n_embd"
    case heads = "n_head"
    case vocabulary = "vocab_size"
    case positions = "n_positions"
  }

  /// All presets, in the order in which they are listed.
  public static let all: [Preset] = {
    do {
      return try JSONDecoder().decode([Preset].self, from: Data(PackageResources.presets_json))
    } catch {
      fatalError("presets.json, which is built in, is malformed: \(error)")
    }
  }()

  /// The sizes.
  ///
  /// - Throws: `InputError` if they contradict each other, which a test excludes.
  public func shape() throws(InputError) -> ModelShape {
    try ModelShape(
      name: name, layers: layers, hidden: hidden, heads: heads, vocabulary: vocabulary,
      positions: positions)
  }
}

extension ModelShape {
  /// The model that a user names: a preset, or the path of a Hugging Face `config.json`.
  ///
  /// - Throws: `InputError` if there is neither, or the file is not usable.
  public init(named name: String) throws(InputError) {
    if let preset = Preset.all.first(where: { $0.name == name }) {
      self = try preset.shape()
    } else if FileManager.default.fileExists(atPath: name) {
      self = try ModelShape(configurationAt: name)
    } else {
      let names = Preset.all.map(\.name).joined(separator: ", ")
      throw InputError(
        "model", found: "\"\(name)\", which is neither a preset nor a file",
        expected: "one of \(names), or the path of a config.json")
    }
  }
}
