import Catalogue
import Foundation
import Testing
import Verification

@testable import Reporting

/// Every lesson, run from top to bottom.
@Suite struct LessonTests {
  static let taught = Result { try Lesson.all.map(TaughtLesson.init) }

  @Test func `there are eight lessons, and each of their names is known`() throws {
    let names = try Lesson.all.map(\.name)
    #expect(names.count == 8 && Set(names).count == 8)
    for name in names { #expect(try Lesson.named(name).name == name) }
    #expect(throws: InputError.self) { try Lesson.named("alchemy") }
  }

  @Test func `a lesson asks before it tells, and ends with a formula and its verdict`() throws {
    for lesson in try Self.taught.get() {
      #expect(lesson.parts.count >= 3, "\(lesson.name)")
      for part in lesson.parts.dropLast() { #expect(part.contains("Question: "), "\(lesson.name)") }
      let last = try #require(lesson.parts.last)
      #expect(Verdict.allCases.contains { last.contains("\($0.rawValue). ") }, "\(lesson.name)")
    }
  }

  @Test func `every figure is that of the run, and fits 80 columns`() throws {
    for lesson in try Self.taught.get() {
      let source = try Lesson.named(lesson.name)
      #expect(!lesson.parts.joined().contains("{"), "\(lesson.name)")
      for claim in lesson.claims {
        guard let measured = claim.measured?.value.integer else { continue }
        let isShown = source.parts.joined().contains("{\(claim.id).measured}")
        #expect(!isShown || lesson.parts.joined().contains(measured.grouped), "\(claim.id)")
      }
      let lines = lesson.text().joined(separator: "\n").split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 80 }, "\(lesson.name)")
    }
  }

  /// What each lesson says of its claims; the others teach by being wrong.
  @Test func `the verdicts are those that the lessons speak of`() throws {
    let wrong: [String: Verdict] = [
      "trial.forgot": .refuted, "trial.slip": .slip, "cache.naive": .refuted,
      "checkpointing.work": .bounded, "flops.large": .bounded, "flops.small": .refuted,
    ]
    for lesson in try Self.taught.get() {
      for claim in lesson.claims {
        #expect(claim.verdict == wrong["\(lesson.name).\(claim.id)"] ?? .exact, "\(claim.id)")
      }
    }
  }
}
