import TestSupport
import Testing

@Suite struct TerminalTests {
  @Test func `verdicts have colours on a terminal, and the same text as elsewhere`() throws {
    let piped = try assay("verify", "--only", "003.2*").text
    let shown = try onTerminal("verify", "--only", "003.2*", width: 100)
    #expect(shown.contains("  \u{1B}[32mexact\u{1B}[0m  "))
    #expect(shown.contains("  \u{1B}[2mnotMeasurable\u{1B}[0m  "))
    #expect(shown.replacing(/\u{1B}\[\d*m/, with: "") == piped)
    #expect(!piped.contains("\u{1B}"))
  }

  @Test func `more bytes are red and less are green in a comparison of measurements`() throws {
    try withTemporaryFolder { folder in
      for (name, batch) in [("a", "1"), ("b", "2")] {
        let run = ["measure", "gpt2-tiny", "--dry", "--batch", batch, "--format", "json"]
        _ = try assay(run + ["--output", name], in: folder)
      }
      let more = try onTerminal("diff", folder("a"), folder("b"))
      let less = try onTerminal("diff", folder("b"), folder("a"))
      #expect(more.contains("\u{1B}[31m+") && !more.contains("\u{1B}[32m"))
      #expect(less.contains("\u{1B}[32m-") && !less.contains("\u{1B}[31m"))
    }
  }

  @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"], ["TERM": ""]])
  func `who wants no colours has none`(environment: [String: String]) throws {
    let shown = try onTerminal("verify", "--only", "003.24", environment: environment)
    #expect(shown.contains("exact") && !shown.contains("\u{1B}"))
  }

  @Test func `an empty NO_COLOR says nothing, and an option is heard before the variable`() throws {
    let only = ["verify", "--only", "003.24"]
    #expect(try onTerminal("verify", "--only", "003.24", environment: ["NO_COLOR": ""]).isColored)
    let always = try assay(only + ["--color", "always"], environment: ["NO_COLOR": "1"]).text
    #expect(always.isColored)
    #expect(try !onTerminal("verify", "--only", "003.24", "--color", "never").isColored)
  }

  @Test(arguments: ["json", "csv", "markdown"])
  func `no other format has colours, and no file`(format: String) throws {
    try withTemporaryFolder { folder in
      let run = ["verify", "--only", "003.24", "--color", "always"]
      #expect(try !assay(run + ["--format", format]).text.isColored)
      _ = try assay(run + ["--output", "text"], in: folder)
      #expect(try folder.text("text").contains("exact") && !folder.text("text").isColored)
    }
  }

  @Test(
    arguments: [
      ["measure", "gpt2", "--dry"], ["generate", "gpt2", "--dry"], ["models"], ["hardware"],
      ["claims"], ["derive", "savedForBackward"], ["verify", "--only", "003.2*"], ["lesson"],
      [
        "project", "gpt3-175b", "--gpu", "a100-80gb", "--pipeline", "8", "--tensor", "8",
        "--global-batch", "8", "--pad-vocabulary", "128",
      ],
      ["measure", "gpt2-mini", "--dry", "--data", "2", "--tensor", "2"],
    ])
  func `no line is longer than the terminal`(arguments: [String]) throws {
    let text = try Terminal(width: 80).text(arguments, .output)
      .replacing(/\u{1B}\[\d*m/, with: "")
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test func `COLUMNS is heard before the terminal, and where there is none`() throws {
    let narrow = try onTerminal("measure", "gpt2-tiny", "--dry", width: 60)
    let columns = ["COLUMNS": "60"]
    let piped = try assay("measure", "gpt2-tiny", "--dry", environment: columns).text
    let wide = try onTerminal("measure", "gpt2-tiny", "--dry", width: 200, environment: columns)
    #expect(piped == narrow && wide == narrow)
    #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 60 })
  }

  @Test(arguments: ["0", "-5", "wide"])
  func `COLUMNS that are no width are not heard`(columns: String) throws {
    let outcome = try assay("models", environment: ["COLUMNS": columns])
    #expect(try outcome.output == assay("models").output)
  }

  @Test func `what takes longer than a second says so on a terminal, and takes it back`() throws {
    let steps = ["measure", "gpt2-mini", "--steps", "400"]
    let line = try Terminal(width: 60).text(steps, .errors)
    #expect(line.firstMatch(of: /measure gpt2-mini · step \d+ of 400, loss \d\.\d+ · \d+ s/) != nil)
    #expect(line.hasSuffix("\r\u{1B}[K"))
    let parts = line.split(separator: "\r\u{1B}[K")
    #expect(parts.allSatisfy { $0.count < 60 && !$0.contains("\n") && !$0.hasSuffix("· 0 s") })
    #expect(try Terminal(width: 60).text(steps + ["--quiet"], .errors).isEmpty)
    #expect(try assay(steps).errors.isEmpty)
  }

  @Test func `an error takes back the line before it speaks`() throws {
    let text = try Terminal(width: 80).text(
      ["derive", "optimizerState", "--optimizer", "adam8bit"], .errors, status: 1)
    let last = try #require(text.split(separator: "\r\u{1B}[K").last)
    #expect(last.hasPrefix("assay: no polynomial") && last.hasSuffix("\n"))
  }
}

extension String {
  fileprivate var isColored: Bool { contains("\u{1B}[32mexact\u{1B}[0m") }
}
