import Foundation

/// A model that is built in: a `config.json` with a name, and where its sizes are published.
public struct Preset: Sendable {
  /// The name on the command line.
  public let name: String
  /// What it is.
  public let note: String
  /// Where its sizes are published.
  public let source: String
  /// The sizes.
  public let shape: ModelShape

  /// All presets, in the order in which they are listed.
  public static let all: [Preset] = {
    do {
      return try read(Data(PackageResources.presets_json))
    } catch {
      fatalError("presets.json, which is built in, is malformed: \(error)")
    }
  }()

  private static func read(_ data: Data) throws -> [Preset] {
    let objects = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
    return try objects.map { object in
      let entry = ConfigurationFile(path: "presets.json", fields: object)
      let name = try entry.string("name")
      guard let configuration = try entry.object("config") else {
        throw InputError("presets.json", field: name, found: "no config", expected: "a config")
      }
      var shape = try ModelShape(configuration)
      shape.name = name
      return Preset(
        name: name, note: try entry.string("note"), source: try entry.string("source"),
        shape: shape)
    }
  }

  /// The preset of that name; nil if there is none.
  public static func named(_ name: String) -> Preset? { all.first { $0.name == name } }
}

extension ModelShape {
  /// The model that a user names: a preset, or the path of a Hugging Face `config.json`.
  ///
  /// - Throws: `InputError` if there is neither, or the file is not usable.
  public init(named name: String) throws(InputError) {
    if let preset = Preset.named(name) {
      self = preset.shape
    } else if FileManager.default.fileExists(atPath: name) {
      self = try ModelShape(configurationAt: name)
    } else {
      // A path may be long, but not longer than any that a system has.
      let shown = name.utf8.count > 4096 ? name.quoted : name
      throw InputError(
        "model", found: "\"\(shown)\", which is neither a preset nor a file",
        expected: "a preset such as gpt2 (`assay models` lists them), or the path of a config.json")
    }
  }
}
