import Catalogue
import Foundation

/// A program that estimates. It reads one JSON object a line, a model and a recipe each, and writes
/// one JSON object a line for each of them, in the same order; or a list of such objects.
struct EstimatorCommand: Sendable {
  /// The command with its arguments.
  let command: [String]
  /// Seconds that it may take for all configurations together.
  let timeout: Double

  /// The command in one line.
  var name: String { command.joined(separator: " ") }

  /// An answer for each configuration.
  ///
  /// - Throws: `InputError` that says what is wrong with the program or its answers.
  func answers(to configurations: [EstimatorConfiguration]) throws -> [EstimatorAnswer] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let lines = try configurations.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    let output = try EstimatorRun(self).output(for: lines.joined(separator: "\n") + "\n")
    let objects = try objects(in: output)
    guard objects.count == configurations.count else {
      throw InputError(
        name, found: "\(objects.count) answers",
        expected: "\(configurations.count), one for each configuration")
    }
    return try objects.enumerated().map { index, object in
      try EstimatorAnswer(object, name, "answer \(index + 1)")
    }
  }

  /// A list of objects, or objects line by line.
  private func objects(in output: Data) throws(InputError) -> [Any] {
    if let list = try? JSONSerialization.jsonObject(with: output) as? [Any] { return list }
    let lines = output.split(separator: UInt8(ascii: "\n"))
      .filter { line in line.contains { !" \t\r".utf8.contains($0) } }
    var objects: [Any] = []
    for (index, line) in lines.enumerated() {
      guard let object = try? JSONSerialization.jsonObject(with: line, options: .fragmentsAllowed)
      else {
        let text = String(decoding: line.prefix(40), as: UTF8.self)
        throw InputError(
          name, field: "answer \(index + 1)", found: "\"\(text)\", which is not JSON",
          expected: "one object a line")
      }
      objects.append(object)
    }
    return objects
  }
}
