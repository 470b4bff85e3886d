import Foundation

extension ModelShape {
  /// Reads a Hugging Face `config.json`. Fields that transformers leaves out when they have their
  /// defaults may be missing.
  ///
  /// - Parameter path: of the file.
  /// - Throws: `InputError` that names the file and the field.
  public init(configurationAt path: String) throws(InputError) {
    let file = try ConfigurationFile(path)
    let family = try file.string("model_type")
    guard family == Family.gpt2.rawValue else {
      throw InputError(
        path, field: "model_type", found: "\"\(family.quoted)\"",
        expected: "one of " + Family.allCases.map(\.rawValue).joined(separator: ", "))
    }
    try self.init(
      name: path,
      layers: file.integer("n_layer"), hidden: file.integer("n_embd"),
      heads: file.integer("n_head"), feedForward: file.integerOrNull("n_inner"),
      vocabulary: file.integer("vocab_size"), positions: file.integer("n_positions"),
      tiedHead: file.boolean("tie_word_embeddings", default: true),
      normEpsilon: Float(file.number("layer_norm_epsilon", default: 1e-5)), origin: path)
    try file.require("activation_function", in: ["gelu_new", "gelu_pytorch_tanh"])
    try file.refuse("add_cross_attention", true)
    try file.refuse("scale_attn_by_inverse_layer_idx", true)
    try file.refuse("scale_attn_weights", false)
  }
}

/// A JSON object of settings, whose fields are read one by one, each with an error of its own.
private struct ConfigurationFile {
  private let path: String
  private let fields: [String: Any]

  init(_ path: String) throws(InputError) {
    self.path = path
    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    guard !isDirectory.boolValue else {
      throw InputError(path, found: "a directory", expected: "a config.json")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError(path, found: "no readable file", expected: "a config.json")
    }
    let object: Any
    do {
      object = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    } catch {
      let reason = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
      throw InputError(
        path, found: "text that is not JSON (\(reason ?? "malformed"))",
        expected: "a JSON object of settings")
    }
    guard let fields = object as? [String: Any] else {
      throw InputError(path, found: "JSON that is not an object", expected: "{ \"model_type\": … }")
    }
    self.fields = fields
  }

  func string(_ field: String) throws(InputError) -> String {
    guard let value = fields[field] else { throw missing(field, "a string, such as \"gpt2\"") }
    guard let string = value as? String else { throw mistyped(field, value, "a string") }
    return string
  }

  func integer(_ field: String) throws(InputError) -> Int {
    guard let value = fields[field] else { throw missing(field, "an integer") }
    return try integer(field, value)
  }

  func integerOrNull(_ field: String) throws(InputError) -> Int? {
    guard let value = fields[field], !(value is NSNull) else { return nil }
    return try integer(field, value)
  }

  func number(_ field: String, default fallback: Double) throws(InputError) -> Double {
    guard let value = fields[field] else { return fallback }
    guard let number = value as? NSNumber, !Self.isBoolean(number) else {
      throw mistyped(field, value, "a number")
    }
    return number.doubleValue
  }

  func boolean(_ field: String, default fallback: Bool) throws(InputError) -> Bool {
    guard let value = fields[field] else { return fallback }
    guard let number = value as? NSNumber, Self.isBoolean(number) else {
      throw mistyped(field, value, "true or false")
    }
    return number.boolValue
  }

  /// The field, if it is there, must have one of these values.
  func require(_ field: String, in values: [String]) throws(InputError) {
    guard let value = fields[field] else { return }
    guard let string = value as? String, values.contains(string) else {
      throw mistyped(field, value, values.map { "\"\($0)\"" }.joined(separator: " or "))
    }
  }

  /// The field must not have this value, which Assay cannot run.
  func refuse(_ field: String, _ refused: Bool) throws(InputError) {
    if try boolean(field, default: !refused) == refused {
      throw InputError(path, field: field, found: "\(refused)", expected: "\(!refused)")
    }
  }

  private func integer(_ field: String, _ value: Any) throws(InputError) -> Int {
    guard let number = value as? NSNumber, !Self.isBoolean(number),
      let integer = Int(exactly: number.doubleValue)
    else { throw mistyped(field, value, "an integer") }
    return integer
  }

  private func missing(_ field: String, _ expected: String) -> InputError {
    InputError(path, field: field, found: "nothing", expected: expected)
  }

  private func mistyped(_ field: String, _ value: Any, _ expected: String) -> InputError {
    let found: String
    switch value {
    case let string as String: found = "the string \"\(string.quoted)\""
    case is NSNull: found = "null"
    case let number as NSNumber where Self.isBoolean(number): found = "\(number.boolValue)"
    case let number as NSNumber: found = "\(number)"
    case is [Any]: found = "a list"
    default: found = "an object"
    }
    return InputError(path, field: field, found: found, expected: expected)
  }

  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
  }
}
