/// The lessons that there are, for people.
public struct CourseReport: Report {
  /// The lessons.
  public let value: Course

  /// All lessons: the `assay.course.v1` of the command line.
  public struct Course: Encodable, Sendable {
    /// The format of this value.
    public let schema = "assay.course.v1"
    /// The lessons.
    public let lessons: [Entry]
  }

  /// A lesson.
  public struct Entry: Encodable, Sendable {
    /// What it is called.
    public let name: String
    /// What it answers.
    public let title: String
  }

  /// - Throws: `ClaimError` where a lesson is faulty, which is a defect of Assay.
  public init() throws {
    value = Course(lessons: try Lesson.all.map { Entry(name: $0.name, title: $0.title) })
  }

  /// How to take one.
  public var headline: String? { "assay lesson NAME runs one of these" }

  /// The list.
  public var tables: [Table] { [records] }

  /// The list.
  public var records: Table {
    Table(nil, [.text("name"), .text("lesson")], value.lessons.map { [$0.name, $0.title] })
  }
}
