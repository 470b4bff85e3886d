/// The errors of some rows of a set, without their signs.
struct Summary: Encodable, Sendable {
  /// Of which rows.
  let rows: String
  /// What was measured.
  let quantity: String
  /// How many there are.
  let count: Int
  let median: Double
  let mean: Double
  let worst: Double

  /// - Returns: nil where there are no rows.
  init?(_ comparisons: [Comparison], _ quantity: Comparison.Quantity, rows: String) {
    let errors = comparisons.map { abs($0.error) }.sorted()
    guard let worst = errors.last else { return nil }
    self.rows = rows
    self.quantity = quantity.rawValue
    self.worst = worst
    count = errors.count
    mean = errors.reduce(0, +) / Double(errors.count)
    median = (errors[(errors.count - 1) / 2] + errors[errors.count / 2]) / 2
  }

  /// Of each quantity, the rows that the prediction knows nothing of, and those for calibration.
  static func all(of comparisons: [Comparison]) -> [Summary] {
    Comparison.Quantity.allCases.flatMap { quantity in
      let (checks, calibrations) = (
        comparisons.filter { $0.quantity == quantity && $0.use == .check },
        comparisons.filter { $0.quantity == quantity && $0.use == .calibration }
      )
      return [
        Summary(checks, quantity, rows: "others"),
        Summary(calibrations, quantity, rows: "calibration"),
      ].compactMap { $0 }
    }
  }
}
