import CYaml
import Catalogue
import Yams

/// The text of a YAML file, composed into nodes.
struct YAMLText {
  private let file: String
  private let text: String

  /// - Parameters:
  ///   - file: its name, for errors.
  ///   - text: YAML; a byte-order mark before it is skipped.
  init(file: String, _ text: String) {
    self.file = file
    self.text =
      text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  /// The one document of the file; nil if there is none.
  func root() throws(ClaimError) -> Node? {
    try refuseAliases()
    do {
      return try Yams.compose(yaml: text)
    } catch {
      throw self.error(error as? YamlError)
    }
  }

  /// Aliases are refused before anything follows them: a list of two aliases of a list of two
  /// aliases, forty times over, has a trillion items, and Yams walks through all of them where such
  /// a list is the key of a mapping. Claims need none.
  private func refuseAliases() throws(ClaimError) {
    guard let mark = firstAlias() else { return }
    throw error(
      at: (line: mark.line + 1, column: mark.column + 1), found: "an alias, *",
      expected: "the value itself, written out, or a text that begins with * in quotes")
  }

  /// Where libyaml finds the first alias. What it finds wrong is for Yams to report.
  private func firstAlias() -> yaml_mark_t? {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { buffer in
      var parser = yaml_parser_t()
      guard let start = buffer.baseAddress, yaml_parser_initialize(&parser) == 1 else { return nil }
      defer { yaml_parser_delete(&parser) }
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, start, buffer.count)
      var event = yaml_event_t()
      while yaml_parser_parse(&parser, &event) == 1 {
        defer { yaml_event_delete(&event) }
        if event.type == YAML_ALIAS_EVENT { return event.start_mark }
        if event.type == YAML_STREAM_END_EVENT { return nil }
      }
      return nil
    }
  }
}

// MARK: - Errors

extension YAMLText {
  /// What Yams found wrong, and where.
  private func error(_ error: YamlError?) -> ClaimError {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let (found, expected) = Self.explanation(context?.text, problem)
      return self.error(at: (mark.line, mark.column), found: found, expected: expected)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return self.error(
        at: (context.mark.line, context.mark.column),
        found: "the field \(duplicates.sorted()[0].quoted) twice", expected: "each field once")
    case .reader(let problem, let offset, _, _):
      return self.error(
        at: offset.map(place), found: "text that is not YAML (\(problem))",
        expected: "text without control characters")
    default:
      return self.error(at: nil, found: "text that is not YAML", expected: "YAML in UTF-8")
    }
  }

  /// What libyaml says, in its words where they explain something.
  private static func explanation(_ context: String?, _ problem: String) -> (String, String) {
    if problem.contains("nesting level") {
      return ("lists or mappings that are nested too deeply", "the fields of claims")
    }
    if problem.contains("another document") {
      return ("the beginning of another document", "one document in a file")
    }
    let details = [context, problem].compactMap { $0?.trimmed }.joined(separator: " ")
    return (
      "text that is not YAML (\(details))",
      "YAML, with quotes around a text that has : # [ ] { } & * ! or | in it"
    )
  }

  private func error(
    at place: (line: Int, column: Int)?, found: String, expected: String
  ) -> ClaimError {
    ClaimError(
      file: file, line: place?.line, column: place?.column, claim: nil, field: nil, found: found,
      expected: expected)
  }

  /// Line and column of a byte.
  private func place(_ offset: Int) -> (line: Int, column: Int) {
    let before = text.utf8.prefix(offset)
    let newline = UInt8(ascii: "\n")
    let line = before.reversed().prefix { $0 != newline }
    // The bytes of a character that go on from the first one, 10xxxxxx, are no columns.
    return (before.count { $0 == newline } + 1, line.count { $0 & 0xC0 != 0x80 } + 1)
  }
}
