import Foundation

extension PageData {
  /// The text that can stand inside of a script element.
  ///
  /// - Throws: `EncodingError`, which would be a defect.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // "</script>" in a name would end the element.
      return String(decoding: try encoder.encode(self), as: UTF8.self)
        .replacing("<", with: "\\u003C")
    }
  }
}
