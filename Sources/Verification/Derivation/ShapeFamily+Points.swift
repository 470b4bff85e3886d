import Catalogue
import Foundation

/// The sizes at which a family is run. All of them are the same every time.
extension ShapeFamily {
  /// Where the lines begin along which one size is varied.
  var origin: SizePoint {
    Dictionary(uniqueKeysWithValues: variables.map { ($0, $0.ordinary) })
  }

  /// Points at which runs compute: the smallest of those that formulas are solved with.
  var realPoints: [SizePoint] {
    [origin, line(along: .batch)[1], line(along: .sequence)[1]]
  }

  /// Points that differ in one size. A polynomial of degree 3 is known by four of them; the last
  /// ones tell whether it is one.
  func line(along variable: SizeVariable) -> [SizePoint] {
    (0..<Self.pointsOfLine).map { step in
      origin.merging([variable: variable.ordinary + step]) { $1 }
    }
  }

  private static let pointsOfLine = 6

  /// Points of small sizes that fill the space evenly, for solving.
  func smallPoint(_ index: Int) -> SizePoint {
    point(index) { variable, fraction in
      variable.ordinary + Int(fraction * Double(Self.spread))
    }
  }

  private static let spread = 6

  /// Points of sizes up to those of published models, spread evenly over the orders of magnitude,
  /// for checking what was found.
  func widePoint(_ index: Int) -> SizePoint {
    // Others than the small ones, whatever the index.
    point(index + 1000) { variable, fraction in
      Self.logarithmic(variable.ordinary...variable.large, fraction)
    }
  }

  /// Points of sizes that models and batches mostly have.
  func typicalPoint(_ index: Int) -> SizePoint {
    point(index) { variable, fraction in
      Self.logarithmic(variable.typical(headUnit: headUnit), fraction)
    }
  }

  private static func logarithmic(_ range: ClosedRange<Int>, _ fraction: Double) -> Int {
    let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
    return Int((low * pow(high / low, fraction)).rounded())
  }

  /// Runs that no formula is solved from: sizes up to those of published models, other ones in each
  /// round, and the model itself.
  func heldOut(for recipe: Recipe, round: Int) -> [Case] {
    let own = Case(
      shape: model, batch: recipe.batch, sequence: recipe.sequence, isReal: false)
    let points = round * Self.pointsOfRound..<(round + 1) * Self.pointsOfRound
    return points.map { member(at: widePoint($0)) } + [own]
  }

  /// Runs of sizes that models and batches mostly have, other ones in each round. Among sizes spread
  /// over all orders of magnitude, moments that are the highest of small batches are seldom met.
  func typical(round: Int) -> [Case] {
    let keepsAllBusy = SizeVariable.batch.ordinary * SizeVariable.kvHeads.ordinary
    return (round * Self.pointsOfRound..<(round + 1) * Self.pointsOfRound)
      .map { member(at: typicalPoint($0)) }
      .filter { $0.batch * $0.shape.heads >= keepsAllBusy }
  }

  private static let pointsOfRound = 15

  /// Points at which one size, or every size, is 1.
  var edges: [SizePoint] {
    variables.map { origin.merging([$0: 1]) { $1 } } + [origin.mapValues { _ in 1 }]
  }

  /// An additive recurrence: {n·√p} for another prime p in each dimension, which are independent
  /// over the rationals, so that the points are dense and no two coordinates in step.
  private func point(
    _ index: Int, _ value: (SizeVariable, _ fraction: Double) -> Int
  ) -> SizePoint {
    let primes = [2.0, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    return Dictionary(
      uniqueKeysWithValues: variables.map { variable in
        let multiple = Double(index + 1) * primes[variable.rawValue].squareRoot()
        return (variable, value(variable, multiple - multiple.rounded(.down)))
      })
  }
}
