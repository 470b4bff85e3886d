/// What a command says of itself: the part that a manual needs of the JSON that
/// swift-argument-parser writes for `--experimental-dump-help` (its ArgumentParserToolInfo).
struct CommandDescription: Decodable {
  let commandName: String
  let abstract: String?
  let discussion: String?
  let arguments: [Argument]?
  let subcommands: [CommandDescription]?

  /// The whole document.
  struct Dump: Decodable {
    let command: CommandDescription
  }

  /// An argument, an option or a flag.
  struct Argument: Decodable {
    let kind: Kind
    let shouldDisplay: Bool
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let abstract: String?
    let defaultValue: String?
    let allValues: [String]?
    let sectionTitle: String?
  }

  enum Kind: String, Decodable { case positional, option, flag }

  /// A way to write an option.
  struct Name: Decodable {
    let kind: String
    let name: String

    /// With all of its dashes but the first, which the manual's macro adds.
    var afterDash: String { kind == "long" ? "-\(name)" : name }
  }

  /// Those that are for people.
  var shown: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }
}
