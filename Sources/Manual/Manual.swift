import ArgumentParser
import Foundation

/// Writes the pages of the manual: one of the command, and one of each of its subcommands.
@main
struct Manual: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the manual of a command that swift-argument-parser parses.",
    discussion: """
      It reads what the command says of itself from standard input:

          assay --experimental-dump-help | manual FOLDER
      """)

  @Argument(help: "The folder for the pages.", completion: .directory)
  var folder: String

  func run() throws {
    let description = FileHandle.standardInput.readDataToEndOfFile()
    let command = try JSONDecoder().decode(CommandDescription.Dump.self, from: description).command
    let folder = URL(filePath: folder, directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let today = Date.now.formatted(
      Date.FormatStyle(locale: Locale(identifier: "en_US"), timeZone: .gmt)
        .month(.wide).day().year())
    for page in ManualPage.all(of: command, date: today) {
      let file = folder.appending(path: "\(page.name).1")
      try Data(page.mdoc.utf8).write(to: file, options: .atomic)
    }
  }
}
