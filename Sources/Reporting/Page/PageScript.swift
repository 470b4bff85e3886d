/// Modules of JavaScript as one script: a page that is opened from a file cannot import others.
///
/// Each module becomes a function of its own that is called at once, so that what it does not export
/// stays its own. Imports and exports are what modules of this project have: names in braces on one
/// line, and declarations.
struct PageScript {
  /// The script.
  let text: String

  /// - Parameter modules: each after those that it imports.
  init(_ modules: [(name: String, source: String)]) {
    text = modules.map { Self.function($0.name, $0.source) }.joined(separator: "\n")
  }

  private static func function(_ name: String, _ source: String) -> String {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let body = lines.map { line -> Substring in
      if line.hasPrefix("import ") { return Substring(destructured(line)) }
      return line.hasPrefix("export ") ? line.dropFirst("export ".count) : line
    }
    let exports = lines.compactMap(exported).joined(separator: ", ")
    return "const \(identifier(name)) = (() => {\n"
      + body.joined(separator: "\n") + "return { \(exports) };\n})();\n"
  }

  /// `import { svg } from "./dom.js";` as `const { svg } = dom;`.
  private static func destructured(_ line: Substring) -> String {
    String(line).replacing("import ", with: "const ").replacing(" from \"./", with: " = module_")
      .replacing(".js\"", with: "").replacing("-", with: "_")
  }

  /// The name that a line exports; nil if it exports none.
  private static func exported(_ line: Substring) -> Substring? {
    let words = line.split(separator: " ")
    guard words.count > 2, words[0] == "export" else { return nil }
    return words[2].prefix { $0.isLetter || $0.isNumber }
  }

  private static func identifier(_ name: String) -> String {
    "module_" + name.replacing("-", with: "_")
  }
}
