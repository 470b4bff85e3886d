import Catalogue
import Formulas

/// A formula that was recovered from runs: the `assay.formula.v1` of the command line.
public struct Formula: Codable, Sendable, Equatable {
  /// The format of this value.
  public var schema = "assay.formula.v1"
  /// What it gives.
  public let quantity: String
  /// The part of the model.
  public let scope: String
  /// What it counts in.
  public let unit: String
  /// The model whose architecture all runs had.
  public let model: String
  /// What holds between the sizes of all runs, such as `f = 4*h`.
  public let relations: [String]
  /// The tensors that count, by patterns of roles; nil for all.
  public let roles: [String]?
  /// How all runs were made, in everything but batch and sequence.
  public let recipe: Recipe
  /// The terms; of several pieces, those of the one that is largest at the model itself.
  public let terms: [Term]
  /// All of it, as an expression: a sum, or the maximum of several.
  public let expression: String
  /// The sums that a maximum is of; nil where the formula is one sum.
  public let pieces: [Piece]?
  /// Runs that it was solved from.
  public let runs: Int
  /// How many of those computed.
  public let realRuns: Int
  /// Other runs, which it was held to.
  public let heldOutRuns: Int
  /// The greatest difference to any run; 0, as everything else is no formula.
  public let maxResidual: Int
  /// Runs of sizes that are 1 for which it does not hold.
  public let exceptions: [Exception]

  /// A product of sizes with its coefficient.
  public struct Term: Codable, Sendable, Equatable {
    /// The product.
    public let monomial: String
    /// The coefficient, exact.
    public let coefficient: Rational
    /// The share of each role in it.
    public let roles: [String: Rational]
  }

  /// A sum that is the largest of all at some sizes.
  public struct Piece: Codable, Sendable, Equatable {
    /// The phase that is under way when so much is alive.
    public let phase: Phase
    /// The tensor that has just been allocated.
    public let path: String
    /// How many tensors of that path the phase has allocated before.
    public let occurrence: Int
    /// The terms.
    public let terms: [Term]
    /// The sum.
    public let expression: String
    /// Conditions that make it the largest, all of which must hold.
    public let region: [String]
    /// Sizes of a run in which it is.
    public let at: [String: Int]
  }

  /// A run for which the formula does not hold.
  public struct Exception: Codable, Sendable, Equatable {
    /// Its sizes.
    public let at: [String: Int]
    /// What is not as the formula has it.
    public let part: String
    /// How much of that the run has.
    public let measured: Int
    /// How much the formula gives.
    public let computed: Rational
  }
}

extension Formula.Piece {
  /// The moment, in words.
  public var moment: String {
    "\(path) in \(phase.rawValue)" + (occurrence == 0 ? "" : ", time \(occurrence + 1)")
  }
}

extension Formula {
  /// The formula as it is typeset: `34·b·s·h + 5·a·b·s² + 16·b·s`.
  public var typographic: String {
    (try? Expression(parsing: expression).typographic) ?? expression
  }
}
