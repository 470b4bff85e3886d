import Catalogue

/// A published statement about training memory, parameters or work, as data: what it says, in which
/// unit, and what in a run it is about.
///
/// Claims are read from YAML by `ClaimCatalogue`, which checks them; a claim that was read is
/// consistent in itself.
public struct Claim: Codable, Sendable, Equatable {
  /// Unique among all claims: `003.28`.
  public let id: String
  /// Where in the document it stands.
  public let section: String?
  /// What it says, in a sentence.
  public let statement: String
  /// What it is about.
  public let quantity: Subject
  /// What sort of statement it is.
  public let kind: Kind
  /// What the expression's value counts; nil if there is no expression, or it is a comparison.
  public let unit: Unit?
  /// The formula.
  public internal(set) var expression: Expression?
  /// What the formula is made of; the sum is equal to the expression.
  public let terms: [Term]
  /// Substitutions that the source makes, such as 4·h for f.
  public internal(set) var substitutions: [String: Expression]
  /// The numbers of the source's own example.
  public let inputs: [String: Rational]
  /// What the inputs count that have a unit; they are kept in its base unit, 80 GB as 8·10¹⁰.
  public let inputUnits: [String: Unit]
  /// The preset whose sizes belong to the inputs.
  public let model: String?
  /// The architecture that the claim is about, where it is not that of GPT-2.
  public let shape: ShapeOptions
  /// The number that the source prints.
  public internal(set) var claimed: PrintedNumber?
  /// What in a run it is about; nil if no run can judge it, or several measurements do.
  public let measure: Measure?
  /// Measurements by the names that `expression` and `measured` use.
  public let measures: [String: NamedMeasure]
  /// What these measurements give for what the claim is about; nil if it compares them itself.
  public let measured: Expression?
  /// What the claim could mean, where its source does not say.
  public let readings: [Reading]
  /// The parts that the source itself lists, whatever they add up to.
  public let parts: [Expression]
  /// Claims of the catalogue that state the same.
  public let restates: [String]
  /// The names of the conventions that the source states; empty if it states none.
  public let conventions: [String]
  /// Recipe options that the source assumes, as the command line spells them.
  public let recipe: [String: String]
  /// Whether the source hedges, or drops terms of lower order.
  public let isApproximate: Bool
  /// How far off the claim may be, relatively: 1/20 for 5 %; nil for the printed precision.
  public let tolerance: Rational?
  /// The comparison that must hold where an approximation is meant to.
  public let regime: Expression?
  /// Why no run can judge it.
  public let notMeasurable: String?
}

extension Claim {
  /// What a claim is about.
  public enum Subject: String, Codable, Sendable, CaseIterable {
    /// What training holds: weights, their gradients, and optimizer states.
    case parameters, gradients, optimizer
    /// All three together.
    case modelStates = "model-states"
    /// What a step keeps and does, and how devices divide it.
    case activations, flops, sharding
    /// How much fits.
    case batchSize = "batch-size"
    /// How long training takes, and with what.
    case time, data
    /// What generation keeps.
    case kvCache = "kv-cache"
  }

  /// What sort of statement a claim is.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// A formula for a quantity.
    case formula
    /// A formula that is a sum over named parts.
    case componentSum = "component-sum"
    /// A formula with numbers put in.
    case example
    /// A formula that is meant to be roughly right.
    case ruleOfThumb = "rule-of-thumb"
    /// A way of counting.
    case convention
    /// A statement without a formula.
    case fact
  }

  /// A part of the formula and the tensors that it stands for.
  public struct Term: Codable, Sendable, Equatable {
    /// The part.
    public let term: Expression
    /// The tensors that it counts; empty if the source does not say.
    public let covers: [TensorRole]
  }
}
