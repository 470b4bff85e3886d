import Formulas
import Foundation
import Verification

/// A lesson with the figures of its runs: the `assay.lesson.v1` of the command line.
public struct TaughtLesson: Encodable, Sendable {
  /// The format of this value.
  public let schema = "assay.lesson.v1"
  /// What it is called.
  public let name: String
  /// What it answers.
  public let title: String
  /// The text between the pauses, in Markdown.
  public let parts: [String]
  /// What the runs say of its claims.
  public let claims: [Finding]

  /// Makes the runs, which takes seconds.
  ///
  /// - Throws: `MissingComponent` without OpenBLAS.
  public init(_ lesson: Lesson) throws {
    let verification = try Verification(lesson.claims)
    (name, title, claims) = (lesson.name, lesson.title, verification.claims)
    let findings = Dictionary(uniqueKeysWithValues: verification.claims.map { ($0.id, $0) })
    parts = lesson.parts.map { part in
      part.replacing(/\{(\w+)\.(\w+)\}/) { place in
        guard let figure = findings[String(place.1)]?.figure(String(place.2)) else {
          preconditionFailure("lesson \(lesson.name) has no figure \(place.0)")
        }
        return figure
      }
    }
  }

  /// All of it.
  public var markdown: String {
    (["## \(title)"] + parts).joined(separator: "\n\n") + "\n"
  }

  /// The parts for a terminal: paragraphs folded, indented lines as they are.
  public func text(width: Int = 80) -> [String] {
    let paragraphs = parts.map { part in
      part.components(separatedBy: "\n\n").map { paragraph in
        paragraph.hasPrefix("    ")
          ? paragraph : paragraph.folded(to: width).joined(separator: "\n")
      }.joined(separator: "\n\n") + "\n"
    }
    let heading = title + "\n" + String(repeating: "=", count: title.count) + "\n\n"
    return [heading + paragraphs[0]] + paragraphs.dropFirst()
  }
}

extension Finding {
  /// A field as text: a number with separators, a formula as it is typeset, or a size such as `h`.
  fileprivate func figure(_ field: String) -> String? {
    switch field {
    case "computed": computed?.value.grouped
    case "measured": measured?.value.grouped
    case "expression": expression
    case "corrected": corrected?.typeset
    case "verdict": verdict.rawValue
    case "because": because
    default: at?[field].map(\.grouped)
    }
  }
}

extension Rational {
  /// With separators where it is an integer, to four digits where it is not.
  fileprivate var grouped: String {
    integer?.grouped ?? String(format: "%.4g", doubleValue)
  }
}
