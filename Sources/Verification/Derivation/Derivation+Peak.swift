import Catalogue
import Formulas
import Transformer

/// A peak is the maximum, over the moments of a run, of what is alive at that moment. What is alive
/// at one moment is a sum of tensors, like any other quantity; which moment has the most depends on
/// the sizes.
extension Derivation {
  /// The formula of the peak of a whole model.
  ///
  /// - Throws: `InputError` for a part of a model, which has no peak of its own; otherwise as
  ///   `formula(of:scope:roles:)`.
  func peak(_ selected: SelectedQuantity) throws -> Formula {
    guard selected.scope == .model, selected.roles == nil else {
      throw InputError(
        selected.roles == nil ? "--scope" : "--role", found: "a part of the model",
        expected: "the whole model, whose parts have their peaks at other times")
    }
    var seen: [PeakRun] = []
    var pieces: [PeakPiece] = []
    var runs = 0
    for round in 0..<Self.rounds {
      let contested = PeakContest(pieces, over: family, round: round).winningPoints
      let others = contested.map(family.member) + family.typical(round: round)
      let unseen = try (others + family.heldOut(for: recipe, round: round)).map(peak)
      // A peak that no piece gives is at a moment that was not known yet.
      if try !pieces.isEmpty && unseen.allSatisfy({ try $0.exception(to: pieces) == nil }) {
        return try formula(selected, pieces, seen + unseen, runs: runs, heldOut: unseen.count)
      }
      seen += unseen
      (pieces, runs) = try self.pieces(at: Set(seen.flatMap(\.moments)))
      for run in seen {
        if let exception = try run.exception(to: pieces) { throw exception }
      }
    }
    throw InputError(
      "peak", found: "another moment with the most alive in every \(seen.count / Self.rounds) runs",
      expected: "a peak that is the maximum of a few formulas")
  }

  private static let rounds = 8
  /// The highest moments of a run that may be the highest of another.
  private static let summits = 4

  private func peak(_ case_: Case) throws -> PeakRun {
    let account = try PeakAccount(
      case_.shape, recipe(case_), dry: true, summits: Self.summits)
    return PeakRun(case_: case_, bytes: account.peak, moments: account.summits)
  }

  /// The tensors of a role at one place that are alive at a moment. There are very many: moments are
  /// told apart by their number, names being slow to compare.
  private struct AlivePart: Hashable, CustomStringConvertible {
    let number: Int
    let moment: PeakAccount.Moment
    let part: Selection.Part

    static func == (left: AlivePart, right: AlivePart) -> Bool {
      left.number == right.number && left.part == right.part
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(number)
      hasher.combine(part)
    }

    var description: String { "\(part), alive at \(moment)" }
  }

  /// What is alive at each of these moments, and the number of runs that it was solved from.
  private func pieces(
    at moments: Set<PeakAccount.Moment>
  ) throws -> (pieces: [PeakPiece], runs: Int) {
    let moments = moments.sorted { "\($0)" < "\($1)" }
    let fit = try PolynomialFit<AlivePart>(over: family) { point in
      let case_ = self.case_(at: point)
      let account = try PeakAccount(case_.shape, self.recipe(case_), dry: !case_.isReal)
      return moments.enumerated().reduce(into: [:]) { amounts, entry in
        for (part, bytes) in Self.parts(account.alive(at: entry.element) ?? []) {
          amounts[AlivePart(number: entry.offset, moment: entry.element, part: part)] = bytes
        }
      }
    }
    let formulas = Dictionary(grouping: fit.formulas) { $0.key.number }
    let pieces = moments.enumerated().map { number, moment in
      PeakPiece(
        moment, formulas[number, default: []].map { ($0.key.part.role.rawValue, $0.value) })
    }
    return (pieces, fit.points.count)
  }

  /// The bytes of each role at each place; the layers count as one.
  private static func parts(_ items: [PeakAccount.Item]) -> [Selection.Part: Int] {
    items.reduce(into: [:]) { $0[Selection.Part($1.scope, $1.role), default: 0] += $1.bytes }
  }

  private func formula(
    _ selected: SelectedQuantity, _ pieces: [PeakPiece], _ peaks: [PeakRun], runs: Int,
    heldOut: Int
  ) throws -> Formula {
    let largest = try described(pieces, peaks)
    let own = peaks[peaks.count - 1]
    let ofModel = try largest.first { try own.isGiven(by: $0.piece) } ?? largest[0]
    let edges = try family.edges.map { try peak(family.member(at: $0)) }
    let exceptions = try edges.compactMap { try $0.exception(to: largest.map(\.piece)) }
    let sums = largest.map { Expression($0.piece.sum) }
    return Formula(
      selected, self, terms: ofModel.description.terms,
      expression: (sums.count == 1 ? sums[0] : .call(.max, sums)).description,
      pieces: largest.map(\.description), runs: runs,
      heldOutRuns: heldOut + edges.count,
      exceptions: exceptions.map { Formula.Exception($0) })
  }

  /// The pieces that are the largest in some run, each with its region.
  private func described(
    _ pieces: [PeakPiece], _ peaks: [PeakRun]
  ) throws -> [(piece: PeakPiece, description: Formula.Piece)] {
    // Of moments that have the same alive at all sizes, one is enough.
    let different = Dictionary(grouping: pieces, by: \.sum).values.compactMap { same in
      same.min { "\($0.moment)" < "\($1.moment)" }
    }
    let largest = try different.compactMap { piece in
      try peaks.first { try $0.isGiven(by: piece) }.map { (piece: piece, run: $0) }
    }
    .sorted { "\($0.piece.moment)" < "\($1.piece.moment)" }
    return largest.map { piece, run in
      let others = largest.map(\.piece.sum).filter { $0 != piece.sum }
      let description = Formula.Piece(
        phase: piece.moment.phase, path: piece.moment.path,
        occurrence: piece.moment.occurrence, terms: [Formula.Term](piece.parts),
        expression: piece.sum.description,
        region: others.map { piece.sum.isAtLeast($0).description }, at: run.case_.symbols)
      return (piece, description)
    }
  }
}
