/// The formats that every command can write.
public enum Format: String, CaseIterable, Sendable {
  /// Text for people, in a terminal and on a page; JSON and CSV for programs.
  case text, json, csv, markdown
}
