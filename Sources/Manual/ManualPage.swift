/// A page of the manual, in mdoc(7).
struct ManualPage {
  /// As `man` knows it: `assay-measure`.
  let name: String
  /// The source, which `man` and `mandoc` set.
  let mdoc: String

  /// The page of the command, then those of its subcommands.
  ///
  /// - Parameters:
  ///   - command: what it says of itself.
  ///   - date: of the pages, such as `November 21, 2026`.
  static func all(of command: CommandDescription, date: String) -> [ManualPage] {
    let subcommands = (command.subcommands ?? []).filter { $0.commandName != "help" }
    return [ManualPage(whole: command, subcommands, date)]
      + subcommands.map { ManualPage($0, of: command.commandName, date) }
  }

  private init(
    whole command: CommandDescription, _ subcommands: [CommandDescription], _ date: String
  ) {
    let name = command.commandName
    var mdoc = Mdoc(title: name, abstract: command.abstract, date: date)
    mdoc.section("Synopsis")
    mdoc.macro("Nm")
    mdoc.macro("Op Ar command")
    mdoc.macro("Op Ar options")
    mdoc.section("Description")
    let (paragraphs, statuses) = Self.exitStatus(command.discussion ?? "")
    mdoc.paragraphs(paragraphs)
    mdoc.section("Commands")
    mdoc.list {
      for subcommand in subcommands {
        $0.item("Cm \(subcommand.commandName)", subcommand.abstract ?? "")
      }
    }
    mdoc.section("Environment")
    mdoc.list { list in
      for (variable, meaning) in Self.environment { list.item("Ev \(variable)", meaning) }
    }
    if !statuses.isEmpty {
      mdoc.section("Exit status")
      mdoc.list { list in
        for (status, meaning) in statuses { list.item("Li \(status)", meaning) }
      }
    }
    mdoc.section("See also")
    mdoc.references(subcommands.map { "\(name)-\($0.commandName)" })
    (self.name, self.mdoc) = (name, mdoc.text)
  }

  private init(_ command: CommandDescription, of whole: String, _ date: String) {
    let name = "\(whole)-\(command.commandName)"
    var mdoc = Mdoc(title: name, abstract: command.abstract, date: date)
    let (places, options) = (
      command.shown.filter { $0.kind == .positional },
      command.shown.filter { $0.kind != .positional }
    )
    mdoc.section("Synopsis")
    mdoc.macro("Nm \(whole) \(command.commandName)")
    for option in options where !option.isOptional { mdoc.macro(option.synopsis) }
    mdoc.macro("Op Ar options")
    for place in places { mdoc.macro(place.synopsis) }
    mdoc.section("Description")
    let prose = [command.abstract, command.discussion].compactMap(\.self)
    mdoc.paragraphs(prose.joined(separator: "\n\n"))
    if !places.isEmpty { mdoc.list { list in places.forEach { list.item($0) } } }
    for title in options.map(\.sectionTitle).uniqued {
      mdoc.section(title ?? "Options")
      mdoc.list { list in
        for option in options where option.sectionTitle == title { list.item(option) }
      }
    }
    mdoc.section("See also")
    mdoc.references([whole])
    (self.name, self.mdoc) = (name, mdoc.text)
  }

  private static let environment = [
    ("COLUMNS", "Characters of a line of text on standard output, instead of the terminal's."),
    ("NO_COLOR", "Anything but nothing leaves out colours, unless an option asks for them."),
    (
      "ASSAY_BLAS_CORE",
      "The CPU whose kernels OpenBLAS takes, such as Haswell, instead of those that suit this one."
    ),
  ]

  /// Takes the list after "Exit status:" out of a discussion.
  private static func exitStatus(
    _ discussion: String
  ) -> (rest: String, statuses: [(Substring, String)]) {
    let paragraphs = discussion.split(separator: "\n\n")
    let title = "Exit status: "
    let list = paragraphs.first { $0.hasPrefix(title) }?.dropFirst(title.count) ?? ""
    let statuses = list.split(separator: "; ").compactMap { entry -> (Substring, String)? in
      let parts = entry.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      let meaning = parts[1].prefix(1).uppercased() + parts[1].dropFirst()
      return (parts[0], meaning.hasSuffix(".") ? meaning : meaning + ".")
    }
    let rest = paragraphs.filter { !$0.hasPrefix(title) }.joined(separator: "\n\n")
    return (rest, statuses)
  }
}

extension CommandDescription.Argument {
  /// How it is written, for the synopsis.
  fileprivate var synopsis: String {
    let value = (valueName ?? "value").mdocWord
    let name = names?.first.map { "Fl \($0.afterDash)" }
    let whole = [name, kind == .flag ? nil : "Ar \(value)"].compactMap(\.self).joined(
      separator: " ")
    return (isOptional ? "Op " : "") + whole + (isRepeating ? " ..." : "")
  }
}

extension Mdoc {
  /// An argument with all that is known of it.
  fileprivate mutating func item(_ argument: CommandDescription.Argument) {
    let value = (argument.valueName ?? "value").mdocWord
    let names = (argument.names ?? []).map { "Fl \($0.afterDash)" }.joined(separator: " , ")
    let tag = argument.kind == .flag ? names : (names.isEmpty ? "" : names + " ") + "Ar \(value)"
    var sentences = [argument.abstract].compactMap(\.self)
    if let values = argument.allValues, !values.isEmpty {
      sentences.append("One of \(values.joined(separator: ", ")).")
    }
    if let usual = argument.defaultValue { sentences.append("The default is \(usual).") }
    item(tag, sentences.joined(separator: " "))
  }
}

extension Array where Element: Equatable {
  /// Without what has been there before.
  fileprivate var uniqued: [Element] {
    reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
