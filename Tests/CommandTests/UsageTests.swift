import Testing

@Suite struct UsageTests {
  @Test(arguments: [
    (["count"], "Missing expected argument '<model>'"),
    (["count", "gpt2", "more"], "Unexpected argument 'more'"),
    (["cuont", "gpt2"], "2 unexpected arguments: 'cuont', 'gpt2'"),
    (["count", "gpt2", "--outptu", "x"], "Unknown option '--outptu'. Did you mean '--output'?"),
    (["count", "gpt2", "--output"], "Missing value for '--output <output>'"),
    (
      ["count", "gpt2", "--format", "xml"],
      "The value 'xml' is invalid for '--format <format>'. "
        + "Please provide one of 'text', 'json', 'csv' or 'markdown'."
    ),
    (["measure", "gpt2", "--batch", "x"], "The value 'x' is invalid for '--batch <batch>'"),
    (["measure", "gpt2", "--batch", "1.5"], "The value '1.5' is invalid for '--batch <batch>'"),
    (
      ["measure", "gpt2", "--steps", "99999999999999999999"],
      "The value '99999999999999999999' is invalid for '--steps <steps>'"
    ),
    (
      ["measure", "gpt2", "--recompute", "every:0"],
      "The value 'every:0' is invalid for '--recompute <recompute>'. "
        + "Please provide one of 'none', 'selective', 'full', 'sqrt' or 'every:K'."
    ),
    (
      ["measure", "gpt2", "--convention", "mine"],
      "The value 'mine' is invalid for '--convention <convention>'. "
        + "Please provide one of the following: textbook, pytorch, pytorch-autocast, megatron, llm.c, lean"
    ),
    (
      ["derive", "loss"],
      "The value 'loss' is invalid for '<quantity>'. Please provide one of the following: "
        + "savedForBackward, parameters, gradient, optimizerState, peak, flops.forward, "
        + "flops.backward, flops.recompute, kvCache"
    ),
    (["derive"], "Missing expected argument '<quantity>'"),
    (["help", "nope"], "There is no command 'nope'"),
    (["help", "measure", "gpt2"], "Unexpected argument 'gpt2'"),
    (
      ["models", "--color", "red"],
      "The value 'red' is invalid for '--color <color>'. Please provide one of 'auto', 'always' or 'never'."
    ),
    (
      ["derive", "parameters", "--free", "h"],
      "The value 'h' is invalid for '--free <free>'. Please provide one of 'f', 'g' or 'd'."
    ),
    (
      ["verify", "--update", "--only", "003.28"],
      "--update records all verdicts: leave out --claims and --only"
    ),
    (
      ["verify", "--update", "--claims", "mine.yaml"],
      "--update records all verdicts: leave out --claims and --only"
    ),
    (
      ["verify", "--reports", "r", "--only", "003.28"],
      "--reports is for all claims: leave out --claims and --only"
    ),
  ])
  func `wrong usage exits with 64 and says what is wrong`(
    arguments: [String], says: String
  ) throws {
    expectFailure(try assay(arguments), 64, says + " (see `assay --help`)")
  }

  @Test(arguments: [
    (["count", "gpt2", "a\nb"], "Unexpected argument 'a\\nb'"),
    (["count", "gpt2", "--a\u{1B}[31m"], "Unknown option '--a\\u{1B}[31m'"),
    (["measure", "gpt2", "--batch", "1\r2"], "The value '1\\r2' is invalid for '--batch <batch>'"),
  ])
  func `what a message repeats stays on its line`(arguments: [String], says: String) throws {
    expectFailure(try assay(arguments), 64, says + " (see `assay --help`)")
  }

  @Test(arguments: [
    ["--help"], ["help"], ["count", "--help"], ["help", "measure"], ["help", "verify"],
    ["help", "help"], ["help", "--help"],
  ])
  func `help goes to standard output`(arguments: [String]) throws {
    let outcome = try assay(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.text.contains("OVERVIEW: ") && outcome.text.contains("USAGE: assay"))
  }

  @Test func `help of the measurement lists every option of a recipe`() throws {
    let text = try assay("help", "measure").text
    for option in [
      "--dry", "--batch", "--sequence", "--precision", "--optimizer", "--attention",
      "--recompute", "--dropout", "--accumulate", "--convention", "--steps", "--seed", "--text",
      "--learning-rate", "--format", "--output", "--force",
    ] {
      #expect(text.contains("  \(option) "), "\(option)")
    }
  }

  @Test func `the version is one line`() throws {
    let outcome = try assay("--version")
    #expect(outcome.status == 0)
    #expect(outcome.text.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }
}
