/// A number of a textbook's worked example: as the text reckons it, and as it is.
struct WorkedExample: Encodable, Sendable {
  /// Which example.
  let example: String
  /// Which of its numbers.
  let quantity: String
  /// What both count.
  let unit: String
  /// What the text's own formula gives for its own inputs.
  let reckoned: Double
  /// The formula, with its inputs.
  let formula: String
  /// What the program gives.
  let actual: Double
  /// How that is known.
  let source: String

  /// By how much the text is off, as a part of what is; positive where it reckons with too much.
  var error: Double { reckoned / actual - 1 }

  /// Those of memory, then those of time.
  static func all() throws -> [WorkedExample] { try memory() + time() }
}
