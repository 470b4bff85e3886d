import Catalogue
import Formulas
import Foundation
import Verification

/// A short lab: a text with questions, and claims, which are held to runs while the lesson is read.
/// All figures of the text are those of the runs.
public struct Lesson: Sendable {
  /// What it is called on the command line.
  public let name: String
  /// What it answers.
  public var title: String { claims.documents[0].title }
  /// What it holds to runs.
  let claims: ClaimCatalogue
  /// The text between the pauses, in Markdown, with a place such as `{states.measured}` for each
  /// figure.
  let parts: [String]

  /// The lessons, in the order in which they are taken.
  ///
  /// - Throws: `ClaimError` where one of them is faulty, which is a defect of Assay.
  public static var all: [Lesson] {
    get throws { try files.map(Lesson.init) }
  }

  /// The lesson of that name.
  ///
  /// - Throws: `InputError` if there is none.
  public static func named(_ name: String) throws -> Lesson {
    let all = try all
    if let lesson = all.first(where: { $0.name == name }) { return lesson }
    throw InputError(
      "NAME", found: "\"\(name)\", which is not a lesson",
      expected: "one of \(all.map(\.name).joined(separator: ", "))")
  }

  /// One line a file of the folder.
  private static let files: [(name: String, bytes: [UInt8])] = [
    ("bytes", PackageResources.bytes_md), ("activations", PackageResources.activations_md),
    ("attention", PackageResources.attention_md),
    ("checkpointing", PackageResources.checkpointing_md), ("flops", PackageResources.flops_md),
    ("sharding", PackageResources.sharding_md), ("cache", PackageResources.cache_md),
    ("trial", PackageResources.trial_md),
  ]

  /// Splits a file into its claims, which stand between two lines of dashes, and its text.
  private init(_ file: (name: String, bytes: [UInt8])) throws {
    name = file.name
    let text = String(decoding: file.bytes, as: UTF8.self)
    let pieces = text.split(separator: "---\n", maxSplits: 2, omittingEmptySubsequences: false)
    precondition(pieces.count == 3, "a lesson without claims")
    claims = try ClaimCatalogue(files: [(file.name + ".md", Array(pieces[1].utf8))])
    parts = pieces[2].components(separatedBy: "\n* * *\n").map {
      $0.trimmingCharacters(in: .newlines)
    }
  }
}
