import Catalogue

/// What became of a row of a data set.
enum Outcome {
  case compared(Comparison)
  /// The program cannot be what the row is of, or a cell does not say what it should.
  case refused(Refusal)

  /// A row that is refused, and why.
  struct Refusal: Encodable, Sendable {
    let row: String
    let reason: String
  }

  /// Those of a row that may have several measurements, or none.
  ///
  /// - Parameters:
  ///   - row: what to call it where it is refused.
  ///   - compare: predicts it.
  static func all(_ row: String, _ compare: () throws -> [Comparison]) throws -> [Outcome] {
    do {
      return try compare().map(Outcome.compared)
    } catch let error as InputError {
      return [.refused(Refusal(row: row, reason: error.description))]
    }
  }
}

extension CSVFile {
  /// What becomes of each row.
  func outcomes(_ compare: (Row) throws -> [Comparison]) throws -> [Outcome] {
    try rows.flatMap { row in try Outcome.all(row.place) { try compare(row) } }
  }

  /// What becomes of each row that has one measurement, or none.
  func outcomes(_ compare: (Row) throws -> Comparison?) throws -> [Outcome] {
    try outcomes { row in try compare(row).map { [$0] } ?? [] }
  }
}
