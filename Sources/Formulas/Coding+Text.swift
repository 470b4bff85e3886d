extension Decoder {
  /// A value that is coded as one text.
  func parsed<Value>(
    _ expected: String, _ parse: (String) throws -> Value?
  ) throws -> Value {
    let container = try singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = try parse(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "found \(text); expected \(expected)")
    }
    return value
  }
}

extension Encoder {
  /// Codes a value as one text.
  func encode(text: String) throws {
    var container = singleValueContainer()
    try container.encode(text)
  }
}
