import Foundation
import TestSupport
import Testing

@testable import Manual

@Suite struct ManualTests {
  /// What the command says of itself.
  private static let description = Result { () throws -> CommandDescription in
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "assay")
    process.arguments = ["--experimental-dump-help"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode(CommandDescription.Dump.self, from: data).command
  }

  private func pages() throws -> [ManualPage] {
    ManualPage.all(of: try Self.description.get(), date: "November 21, 2026")
  }

  @Test func `there is a page of the command and of each of its commands`() throws {
    let pages = try pages()
    let commands = try (Self.description.get().subcommands ?? []).map(\.commandName)
    #expect(commands.contains("measure") && commands.contains("help"))
    #expect(
      pages.map(\.name)
        == ["assay"] + commands.filter { $0 != "help" }.map { "assay-\($0)" })
    let whole = try #require(pages.first?.mdoc)
    for command in commands where command != "help" {
      #expect(whole.contains(".It Cm \(command)\n") && whole.contains(".Xr assay-\(command) 1"))
    }
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "ENVIRONMENT", "EXIT STATUS"] {
      #expect(whole.contains(".Sh \(section)\n"))
    }
    // The statuses of the contract.
    for status in [0, 1, 64, 65, 69, 70] { #expect(whole.contains(".It Li \(status)\n")) }
    #expect(whole.contains(".It Li 64\nWrong usage.\n"))
  }

  @Test func `every option is there, with its values and what it is by default`() throws {
    let pages = try pages()
    for command in try Self.description.get().subcommands ?? [] where command.commandName != "help"
    {
      let page = try #require(pages.first { $0.name == "assay-\(command.commandName)" }).mdoc
      for option in command.shown where option.kind != .positional {
        let name = try #require(option.names?.last?.name)
        #expect(page.contains("Fl -\(name)"), "\(command.commandName) \(name)")
      }
    }
    let measure = try #require(pages.first { $0.name == "assay-measure" }).mdoc
    #expect(
      measure.contains(
        ".It Fl -attention Ar attention\nAttention with all scores in memory, or in tiles.\n"
          + "One of eager, flash.\nThe default is eager.\n"))
    #expect(measure.contains(".Sh LAYOUT OF RANKS\n"))
    let plan = try #require(pages.first { $0.name == "assay-plan" }).mdoc
    #expect(
      plan.contains(
        ".Nm assay plan\n.Fl -gpu Ar gpu\n.Fl -gpus Ar gpus\n.Op Ar options\n.Ar model\n"))
  }

  @Test func `what is indented is shown as it stands`() throws {
    let measure = try #require(try pages().first { $0.name == "assay-measure" }).mdoc
    let run = "mpirun \\-np 4 assay measure gpt2\\-mini \\-\\-data 2 \\-\\-tensor 2"
    #expect(measure.contains(".Bd -literal -offset indent\n\(run)\n.Ed\n"))
    let claims = try #require(try pages().first { $0.name == "assay-claims" }).mdoc
    #expect(claims.contains("\n\\- id: mine.1\n  statement: A layer has 12h² parameters.\n"))
  }

  @Test func `lines of the help stay lines`() throws {
    let claims = try #require(try pages().first { $0.name == "assay-claims" }).mdoc
    #expect(claims.contains("\n.br\nmeasure: what of a run the claim is about.\n.br\n"))
  }

  @Test(arguments: [
    (".a", "\\&.a"), ("'a", "\\&'a"), ("a\\b", "a\\eb"), ("--x", "\\-\\-x"), ("a. b", "a. b"),
  ])
  func `text cannot become a macro`(text: String, expected: String) {
    #expect(text.mdocText == expected)
  }

  @Test(
    .enabled(
      if: (try? Tool.run("mandoc", "-T", "lint", "/dev/null")) != nil, "mandoc was not found"))
  func `mandoc has nothing to warn of`() throws {
    try withTemporaryFolder { folder in
      for page in try pages() {
        let path = try folder.write(page.mdoc, to: page.name + ".1")
        let says = try Tool.run("mandoc", "-T", "lint", "-W", "warning", path)
        #expect(says.isEmpty, "\(says)")
      }
    }
  }
}

/// A program on the path.
private enum Tool {
  static func run(_ command: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus < 126 else { throw CocoaError(.executableNotLoadable) }
    return String(decoding: data, as: UTF8.self)
  }
}
