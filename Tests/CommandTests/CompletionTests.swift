import Foundation
import TestSupport
import Testing

/// What bash offers when its user presses the tabulator key: the script is loaded into one.
@Suite struct CompletionTests {
  private func offered(_ line: String, in folder: TemporaryFolder? = nil) throws -> [String] {
    let path = URL(filePath: command).deletingLastPathComponent().path
    let script = """
      PATH='\(path)':$PATH
      source <(assay --generate-completion-script bash)
      COMP_LINE='\(line)'; COMP_POINT=${#COMP_LINE}
      read -ra COMP_WORDS <<< "$COMP_LINE"
      [ "${COMP_LINE: -1}" = ' ' ] && COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _assay assay "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["--norc", "-c", script]
    if let folder { process.currentDirectoryURL = URL(filePath: folder.path) }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.sorted()
  }

  @Test func `commands and options are offered`() throws {
    #expect(try offered("assay me") == ["measure"])
    #expect(
      try offered("assay measure gpt2 --opt") == ["--optimizer", "--optimizer-implementation"])
  }

  @Test(arguments: [
    ("assay measure gpt2-m", ["gpt2-medium", "gpt2-mini"]),
    ("assay project gpt2 --gpu h2", ["h200", "h200-141gb", "h200-141gb-sxm", "h200-sxm"]),
    ("assay measure gpt2 --convention py", ["pytorch", "pytorch-autocast"]),
    ("assay measure gpt2 --recompute s", ["selective", "sqrt"]),
    ("assay derive opt", ["optimizerState"]),
    ("assay derive peak --scope block.m", ["block.mlp", "block.mlpNorm"]),
    ("assay derive savedForBackward --role loss.l", ["loss.logSoftmax", "loss.losses"]),
    ("assay lesson ch", ["checkpointing"]),
    ("assay verify --only 003.8", (80...89).map { "003.\($0)" }),
    ("assay models --color a", ["always", "auto"]),
  ])
  func `values are offered`(line: String, expected: [String]) throws {
    #expect(try offered(line).filter { !$0.isEmpty } == expected)
  }

  @Test func `settings of models are offered beside presets`() throws {
    try withTemporaryFolder { folder in
      try folder.write("{}", to: "gpt2-mine.json")
      try folder.write("", to: "gpt2-mine.txt")
      try FileManager.default.createDirectory(
        atPath: folder("gpt2-folder"), withIntermediateDirectories: false)
      let offered = try offered("assay count gpt2-m", in: folder)
      #expect(offered == ["gpt2-medium", "gpt2-mine.json", "gpt2-mini"])
      #expect(try self.offered("assay count gpt2-f", in: folder) == ["gpt2-folder/"])
    }
  }

  @Test(arguments: ["zsh", "fish"])
  func `other shells have a script, too`(shell: String) throws {
    let outcome = try assay("--generate-completion-script", shell)
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(outcome.text.contains("assay") && outcome.text.contains("checkpointing") == false)
  }
}
