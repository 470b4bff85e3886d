import Foundation

/// A JSON object of settings, whose fields are read one by one, each with an error of its own.
struct ConfigurationFile {
  let path: String
  private let fields: [String: Any]
  /// What stands before the names of the fields, where they are within another.
  private let prefix: String

  init(path: String, fields: [String: Any], prefix: String = "") {
    self.path = path
    self.fields = fields
    self.prefix = prefix
  }

  init(_ path: String) throws(InputError) {
    self.path = path
    prefix = ""
    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    guard !isDirectory.boolValue else {
      throw InputError(path, found: "a directory", expected: "a config.json")
    }
    guard let data = InputFile.bytes(of: path) else {
      throw InputError(path, found: "no readable file", expected: "a config.json")
    }
    let object: Any
    do {
      object = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    } catch {
      throw InputError(
        path, found: JSONFault.description(of: error), expected: "a JSON object of settings")
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

  func stringOrNull(_ field: String) throws(InputError) -> String? {
    guard let value = fields[field], !(value is NSNull) else { return nil }
    return try string(field)
  }

  func integer(_ field: String) throws(InputError) -> Int {
    guard let value = fields[field] else { throw missing(field, "an integer") }
    return try integer(field, value)
  }

  /// The field under the first of these names that is there, as families have renamed theirs.
  func integer(anyOf names: [String]) throws(InputError) -> Int {
    try integer(names.first { fields[$0] != nil } ?? names[0])
  }

  func integerOrNull(_ field: String) throws(InputError) -> Int? {
    guard let value = fields[field], !(value is NSNull) else { return nil }
    return try integer(field, value)
  }

  /// The field under the first of these names that is there; nil if none is, or it is null.
  func integerOrNull(anyOf names: [String]) throws(InputError) -> Int? {
    try integerOrNull(names.first { fields[$0] != nil } ?? names[0])
  }

  /// A size that must be countable; nil if the field is not there, or null.
  func sizeOrNull(_ field: String) throws(InputError) -> Int? {
    guard let size = try integerOrNull(field) else { return nil }
    guard (1...ModelShape.largestSize).contains(size) else {
      throw InputError(
        path, field: prefix + field, found: "\(size)",
        expected: "1 to \(ModelShape.largestSize)")
    }
    return size
  }

  /// Whether the field is a list with nothing in it, or not there.
  func isEmptyOrNull(_ field: String) throws(InputError) -> Bool {
    guard let value = fields[field], !(value is NSNull) else { return true }
    guard let list = value as? [Any] else { throw mistyped(field, value, "a list") }
    return list.isEmpty
  }

  func number(_ field: String, default fallback: Double) throws(InputError) -> Double {
    guard let value = fields[field] else { return fallback }
    return try number(field, value)
  }

  func numberOrNull(_ field: String) throws(InputError) -> Double? {
    guard let value = fields[field], !(value is NSNull) else { return nil }
    return try number(field, value)
  }

  private func number(_ field: String, _ value: Any) throws(InputError) -> Double {
    guard let number = value as? NSNumber, !Self.isBoolean(number) else {
      throw mistyped(field, value, "a number")
    }
    return number.doubleValue
  }

  /// The settings within a field; nil if there are none.
  func object(_ field: String) throws(InputError) -> ConfigurationFile? {
    guard let value = fields[field], !(value is NSNull) else { return nil }
    guard let object = value as? [String: Any] else { throw mistyped(field, value, "an object") }
    return ConfigurationFile(path: path, fields: object, prefix: "\(prefix)\(field).")
  }

  func boolean(_ field: String, default fallback: Bool) throws(InputError) -> Bool {
    guard let value = fields[field] else { return fallback }
    guard let number = value as? NSNumber, Self.isBoolean(number) else {
      throw mistyped(field, value, "true or false")
    }
    return number.boolValue
  }

  /// The class in transformers that the file is for; nil if it does not say.
  func architecture() throws(InputError) -> String? {
    guard let value = fields["architectures"], !(value is NSNull) else { return nil }
    guard let names = value as? [String] else {
      throw mistyped("architectures", value, "a list of strings")
    }
    return names.first
  }

  /// The field, if it is there, must have one of these values.
  func require(_ field: String, in values: [String]) throws(InputError) {
    guard let value = fields[field] else { return }
    guard let string = value as? String, values.contains(string) else {
      throw mistyped(field, value, values.map { "\"\($0)\"" }.joined(separator: " or "))
    }
  }

  /// An activation function by its name, which `require` has checked.
  func activation(
    _ field: String, default fallback: Architecture.Activation
  ) throws(InputError) -> Architecture.Activation {
    guard let value = fields[field] else { return fallback }
    switch value as? String {
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": return .geluTanh
    case "gelu": return .gelu
    case "relu": return .relu
    case "silu", "swish": return .silu
    default: throw mistyped(field, value, "the name of an activation function")
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
    InputError(path, field: prefix + field, found: "nothing", expected: expected)
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
    return InputError(path, field: prefix + field, found: found, expected: expected)
  }

  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
  }
}
