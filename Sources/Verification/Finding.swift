import Catalogue
import Formulas

/// A claim, judged.
public struct Finding: Codable, Sendable {
  /// The claim's.
  public let id: String
  /// Document and section.
  public let source: String
  /// The title of the document.
  public let document: String
  /// What it says.
  public let statement: String
  /// What it is about.
  public let quantity: String
  /// The unit of the numbers here.
  public let unit: String?
  /// The formula, as the source means it.
  public let expression: String?
  /// The outcome.
  public let verdict: Verdict
  /// Whether the printed number follows from the formula and its own inputs.
  public let arithmetic: Aspect
  /// Whether the formula agrees with its own parts, and with what the source says elsewhere.
  public let consistency: Aspect
  /// The convention under which the numbers here were measured.
  public let convention: String?
  /// The conventions under which the claim holds, where it depends on them.
  public let holdsUnder: [String]?
  /// Whether the measurement is of a run that computed.
  public let mode: String?
  /// The published model at which the numbers here were measured; nil for a miniature.
  public let model: String?
  /// The sizes at which the numbers here were measured.
  public let at: [String: Int]?
  /// The number that the source prints.
  public let claimed: Number?
  /// What its formula gives.
  public let computed: Number?
  /// What the run gives.
  public let measured: Number?
  /// computed - measured; claimed - measured where there is no formula.
  public let residual: Number?
  /// The residual relative to what was measured.
  public let relativeError: Number?
  /// Where the difference comes from; empty where there is none.
  public let attribution: [Attribution]
  /// The formula of what was measured, where it is not the claimed one.
  public let corrected: String?
  /// The verdict's reason, in a sentence.
  public let because: String
}

extension Finding {
  /// Writes every field; those that a verdict does not have are null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(source, forKey: .source)
    try container.encode(document, forKey: .document)
    try container.encode(statement, forKey: .statement)
    try container.encode(quantity, forKey: .quantity)
    try container.encode(unit, forKey: .unit)
    try container.encode(expression, forKey: .expression)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(arithmetic, forKey: .arithmetic)
    try container.encode(consistency, forKey: .consistency)
    try container.encode(convention, forKey: .convention)
    try container.encode(holdsUnder, forKey: .holdsUnder)
    try container.encode(mode, forKey: .mode)
    try container.encode(model, forKey: .model)
    try container.encode(at, forKey: .at)
    try container.encode(claimed, forKey: .claimed)
    try container.encode(computed, forKey: .computed)
    try container.encode(measured, forKey: .measured)
    try container.encode(residual, forKey: .residual)
    try container.encode(relativeError, forKey: .relativeError)
    try container.encode(attribution, forKey: .attribution)
    try container.encode(corrected, forKey: .corrected)
    try container.encode(because, forKey: .because)
  }
}
