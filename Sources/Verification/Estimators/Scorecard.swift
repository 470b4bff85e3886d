import Catalogue
import Formulas

/// How near an estimator comes to runs: the `assay.scorecard.v1` of the command line.
public struct Scorecard: Codable, Sendable {
  /// The format of this value.
  public var schema = "assay.scorecard.v1"
  /// The estimator.
  public let command: String
  /// The model whose architecture all configurations have.
  public let model: String
  /// How all were trained, in everything but batch and sequence.
  public let recipe: Recipe
  /// How many configurations it is scored by.
  public let configurations: Int
  /// A score for each quantity that it answers.
  public let scores: [Score]

  /// The score for a quantity, such as `peak`; nil where the estimator has not answered it.
  public func score(_ quantity: String) -> Score? { scores.first { $0.quantity == quantity } }

  /// How near it comes in one quantity.
  public struct Score: Codable, Sendable {
    /// What it is about.
    public let quantity: String
    /// What it counts in.
    public let unit: String
    /// Configurations for which it has an answer.
    public let answered: Int
    /// Of those, how many are right to the last unit.
    public let exact: Int
    /// The mean of |estimated - measured| / measured.
    public let meanError: Double
    /// The greatest of them.
    public let maxError: Double
    /// Where that is.
    public let worst: Worst
    /// The formula of what is measured; nil where it is no polynomial.
    public let measuredFormula: String?
    /// The formula of the estimates; nil where none was found.
    public let estimatedFormula: String?
    /// What is wrong with the estimates; nil where nothing is, or nothing was found.
    public let error: ErrorFormula?
  }

  /// The configuration with the greatest error.
  public struct Worst: Codable, Sendable {
    /// Its model.
    public let model: String
    /// Its sizes, by symbol.
    public let at: [String: Int]
    /// What the estimator says.
    public let estimated: Number
    /// What the run has.
    public let measured: Number
  }
}
