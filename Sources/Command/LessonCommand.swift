import ArgumentParser
import Foundation
import Reporting

/// `assay lesson`.
struct LessonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lesson",
    abstract: "Teaches by measurement: short labs, whose figures come from runs.",
    discussion: """
      Without a NAME it lists the lessons. On a terminal a lesson waits after each question, until \
      you press the return key.
      """)

  @Argument(help: "The lesson.", completion: .lesson)
  var name: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    guard let name else { return try output.write(CourseReport()) }
    let lesson = try output.during("make the runs of the lesson") { _ in
      try TaughtLesson(Lesson.named(name))
    }
    let isRead = output.format == .text && output.output == nil
    guard isRead, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      return try output.write(LessonReport(lesson))
    }
    let width = min(80, TextPage.standardOutput(output.color).width)
    for (index, part) in lesson.text(width: width).enumerated() {
      if index > 0 { _ = readLine() }
      try Console.write(part)
    }
  }
}
