import Formulas
import Transformer

/// What is alive at one moment of a run, as a formula. A peak is the largest of them.
struct PeakPiece {
  let moment: PeakAccount.Moment
  /// The tensors, with the role of each.
  let parts: [(role: String, formula: Polynomial)]
  /// All of them together.
  let sum: Polynomial

  init(_ moment: PeakAccount.Moment, _ parts: [(role: String, formula: Polynomial)]) {
    self.moment = moment
    self.parts = parts
    sum = parts.map(\.formula).reduce(Polynomial(), +)
  }
}

/// The peak of a run.
struct PeakRun {
  let case_: Case
  let bytes: Int
  /// The moments at which most was alive, the peak first.
  let moments: [PeakAccount.Moment]

  /// Whether a piece gives it.
  func isGiven(by piece: PeakPiece) throws -> Bool {
    try piece.sum.evaluated(at: case_.bindings) == Rational(bytes)
  }

  /// What shows that the largest of the pieces is not the peak; nil if it is.
  func exception(to pieces: [PeakPiece]) throws -> NoPolynomial? {
    let largest = try pieces.map { try $0.sum.evaluated(at: case_.bindings) }.max()
    return largest == Rational(bytes)
      ? nil
      : NoPolynomial(
        of: "what is alive at \(moments[0])", at: case_, measured: bytes, formula: largest)
  }
}
