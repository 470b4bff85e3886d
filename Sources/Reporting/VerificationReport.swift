import Formulas
import Verification

/// All findings, for people.
public struct VerificationReport: Report {
  /// The findings.
  public let value: Verification

  /// - Parameter verification: the findings.
  public init(_ verification: Verification) { value = verification }

  /// How many claims have each verdict.
  public var headline: String? {
    let counts = Verdict.allCases.map { "\(value.summary[$0.rawValue] ?? 0) \($0.rawValue)" }
    return value.claims.count.counted("claim") + ": " + counts.joined(separator: ", ")
  }

  /// A line for each claim, and the reasons of those that are not exact.
  public var tables: [Table] {
    let open = value.claims.filter { $0.verdict != .exact }
    return [
      Table(
        "Claims",
        [
          .text("id"), .verdict, .text("claim"), .text("formula"), .number("claimed"),
          .number("computed"), .number("measured"), .number("residual").tinted(Tint.ofResidual),
          .text("unit"), .text("source"),
        ], value.claims.map(Self.row)),
      Table(
        "Why", [.text("id"), .verdict, .text("reason"), .text("measured formula")],
        open.map { [$0.id, $0.verdict.rawValue, $0.because, $0.correctedText] }),
    ]
  }

  /// Everything of a few claims; of many, what is wrong, in one line each.
  public var brief: [Table] {
    guard value.claims.count > Self.few else {
      return tables.filter { !$0.rows.isEmpty }.map { $0.without(["claim", "source"]) }
    }
    let wrong = value.claims.filter { $0.verdict == .refuted || $0.verdict == .slip }
    return [
      Table(
        "Wrong", [.text("id"), .verdict, .text("claim"), .text("why")],
        wrong.map {
          [$0.id, $0.verdict.rawValue, $0.statement, $0.because]
        })
    ]
  }

  private static let few = 20

  /// The findings, numbers without separators.
  public var records: Table {
    Table(
      nil,
      [
        .text("id"), .text("verdict"), .text("quantity"), .text("unit"), .text("convention"),
        .text("expression"), .number("claimed"), .number("computed"), .number("measured"),
        .number("residual"), .text("because"),
      ],
      value.claims.map { finding in
        [
          finding.id, finding.verdict.rawValue, finding.quantity, finding.unit ?? "",
          finding.convention ?? "", finding.expression ?? "", finding.claimed.plain,
          finding.computed.plain, finding.measured.plain, finding.residual.plain, finding.because,
        ]
      })
  }

  private static func row(_ finding: Finding) -> [String] {
    [
      finding.id, finding.verdict.rawValue, finding.statement, finding.expression ?? "–",
      finding.claimed.text, finding.computed.text, finding.measured.text, finding.residual.text,
      finding.unit ?? "", finding.source,
    ]
  }
}

extension Finding {
  /// The model, or the sizes, at which the numbers were measured.
  var place: String? {
    guard let at else { return nil }
    let batch = ["b", "s"].compactMap { symbol in at[symbol].map { "\(symbol) = \($0)" } }
    let sizes = ["l", "h", "a", "V"].compactMap { symbol in at[symbol].map { "\(symbol) = \($0)" } }
    return ((model.map { [$0] } ?? sizes) + batch).joined(separator: ", ")
  }

  /// The formula of what was measured, for readers.
  var correctedText: String {
    guard let corrected, let expression = try? Expression(parsing: corrected) else { return "" }
    return expression.typographic
  }
}

extension Number? {
  /// With separators between groups of digits; a dash for none.
  var text: String {
    guard let value = self?.value else { return "–" }
    if let integer = value.integer { return integer.grouped }
    return value.doubleValue.significant
  }

  /// Without separators; empty for none.
  var plain: String {
    guard let value = self?.value else { return "" }
    return value.integer.map(String.init) ?? value.doubleValue.significant
  }
}

extension Finding {
  /// A number in the unit of the claim.
  func amount(_ number: Number?) -> String {
    let unit = unit.flatMap { try? Formulas.Unit(parsing: $0) }
    let name = number.flatMap { unit?.name(for: $0.value) }
    return [number.text, name].compactMap { $0 }.joined(separator: " ")
  }
}
