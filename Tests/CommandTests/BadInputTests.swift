import Foundation
import TestSupport
import Testing

@Suite struct BadInputTests {
  @Test(arguments: [
    (
      ["count", "gpt9"],
      "model: found \"gpt9\", which is neither a preset nor a file; expected a preset such as "
        + "gpt2 (`assay models` lists them), or the path of a config.json"
    ),
    (["measure", "gpt2", "--batch", "0"], "--batch: found 0; expected a positive integer"),
    (["measure", "gpt2", "--batch=-3"], "--batch: found -3; expected a positive integer"),
    (
      ["measure", "gpt2-tiny", "--sequence", "65"],
      "--sequence: found 65; expected at most 64, the positions of gpt2-tiny"
    ),
    (
      ["measure", "gpt2", "--dropout", "nan"],
      "--dropout: found nan; expected a probability in [0, 1)"
    ),
    (
      ["measure", "gpt2", "--precision", "bf16-pure", "--convention", "pytorch-autocast"],
      "--precision: found bf16-pure with --convention pytorch-autocast; "
        + "expected fp32, bf16 or fp16: autocast keeps weights of 32 bits"
    ),
    (["measure", "gpt2-tiny", "--tensor", "0"], "--tensor: found 0; expected a positive integer"),
    (["measure", "gpt2-tiny", "--data=-2"], "--data: found -2; expected a positive integer"),
    (
      ["measure", "gpt2-tiny", "--virtual", "2"],
      "--virtual: found 2 with --pipeline 1; expected --pipeline of 2 or more"
    ),
    (
      ["measure", "gpt2-tiny", "--part-layers", "9,9"],
      "--part-layers: found 9,9; expected as many numbers as there are parts (1), adding up to 2, "
        + "the layers of gpt2-tiny"
    ),
    (
      ["measure", "gpt2-tiny", "--sequence-parallel"],
      "--sequence-parallel: found --tensor 1; expected --tensor of 2 or more"
    ),
    (
      ["measure", "gpt2-tiny", "--dry", "--data", "2", "--batch", "0"],
      "--batch: found 0; expected a positive integer"
    ),
    (
      ["measure", "gpt2-tiny", "--dry", "--data", "9223372036854775807"],
      "--data: found 9223372036854775807; expected at most 1000000"
    ),
    (
      ["measure", "gpt2-tiny", "--dry", "--batch", "100000000", "--accumulate", "2"],
      "--batch: found 100000000, with which all replicas have more than 100000000 sequences in an "
        + "update; expected fewer of them"
    ),
    (
      ["measure", "gpt2-tiny", "--accumulate", "4611686018427387904"],
      "--accumulate: found 4611686018427387904; expected at most 100000000"
    ),
    (
      ["measure", "gpt2-tiny", "--text", "none.txt"],
      "--text: found no readable file at none.txt; expected a text file"
    ),
    (
      ["measure", "gpt2-tiny", "--text", "."],
      "--text: found no readable file at .; expected a text file"
    ),
    (
      ["measure", "gpt2", "--dry", "--batch", "9000000000000000000", "--accumulate", "2"],
      "--batch: found 9000000000000000000; expected at most 100000000"
    ),
    (
      ["measure", "gpt2", "--dry", "--batch", "4", "--data", "9000000000000000000"],
      "--data: found 9000000000000000000; expected at most 1000000"
    ),
    (
      ["project", "gpt2", "--microbatch", "9000000000000000000", "--data", "2"],
      "--microbatch: found 9000000000000000000, with which all replicas have more than 100000000 "
        + "sequences in an update; expected fewer of them"
    ),
    (
      ["project", "gpt2", "--gpus", "8", "--data", "10000000000", "--tensor", "10000000000"],
      "--data: found 10000000000; expected at most 1000000"
    ),
    (
      ["plan", "gpt2", "--gpu", "h100", "--gpus", "8", "--sequence", "0"],
      "--sequence: found 0; expected a positive integer"
    ),
    (
      ["plan", "gpt2", "--gpu", "h100", "--gpus", "8", "--sequence", "9223372036854775807"],
      "--sequence: found 9223372036854775807; expected at most 100000000"
    ),
    (
      ["derive", "parameters", "--role", "mlp.typo"],
      "--role: found \"mlp.typo\", which no tensor has; expected a role such as "
        + "attention.probabilities, or attention.*"
    ),
    (
      ["derive", "peak", "--scope", "block"],
      "--scope: found a part of the model; expected the whole model, whose parts have their peaks "
        + "at other times"
    ),
    (
      ["verify", "--only", "zzz"],
      "--only: found \"zzz\", which no claim has; expected an id such as 003.28 or 003.*"
    ),
    (
      ["verify", "--claims", "none.yaml"],
      "none.yaml: found no file that can be read; expected a YAML file with claims"
    ),
    (
      ["claims", "--claims", "none.yaml"],
      "none.yaml: found no file that can be read; expected a YAML file with claims"
    ),
    (
      ["verify", "--reports", "/dev/null"],
      "--reports: found \"/dev/null\", which is not a folder and cannot become one; "
        + "expected a folder"
    ),
  ])
  func `bad input exits with 65, says what is wrong, and leaves nothing`(
    arguments: [String], says: String
  ) throws {
    try withTemporaryFolder { folder in
      expectFailure(try assay(arguments, in: folder), 65, says)
      expectFailure(try assay(arguments + ["--output", "report"], in: folder), 65, says)
      let names = try folder.names
      #expect(names.isEmpty)
    }
  }

  @Test func `a fault of a config.json names file and field`() throws {
    try withTemporaryFolder { folder in
      try folder.write("{ \"model_type\": \"mamba\" }", to: "config.json")
      expectFailure(
        try assay("count", "config.json", in: folder), 65,
        "config.json: model_type: found \"mamba\"; expected one of gpt2, llama, "
          + "mistral, qwen2, qwen3, gemma, phi, opt, bloom, gpt_neox, falcon, mixtral, "
          + "qwen3_moe, bert, roberta, xlm-roberta, marian, t5")
    }
  }

  @Test func `a fault of a file of claims names its place`() throws {
    try withTemporaryFolder { folder in
      try folder.write("document: d\ntitle: t\nclaims: 3\n", to: "mine.yaml")
      expectFailure(
        try assay("verify", "--claims", "mine.yaml", in: folder), 65,
        "mine.yaml:3:9: claims: found 3; expected a list of claims")
    }
  }

  @Test func `a claim about more ranks than a dry run goes through is refused`() throws {
    try withTemporaryFolder { folder in
      try folder.write(
        """
        document: mine
        title: Notes
        claims:
        - id: mine.1
          statement: A layer has 12h² parameters.
          quantity: parameters
          kind: formula
          unit: parameter
          expression: 12*h^2
          recipe: { data: 9000000000000000000, tensor: 4 }
          measure: { quantity: parameters, scope: block, in: parameter }
        """, to: "mine.yaml")
      expectFailure(
        try assay("verify", "--claims", "mine.yaml", in: folder), 65,
        "mine.yaml:4:3: claim mine.1: recipe: found 3.6e+19 parts of the ranks of a model; expected at most 10000"
      )
    }
  }

  @Test func `a text that is shorter than a sequence is refused`() throws {
    try withTemporaryFolder { folder in
      try folder.write(String(repeating: "x", count: 64), to: "short.txt")
      expectFailure(
        try assay("measure", "gpt2-tiny", "--text", "short.txt", in: folder), 65,
        "short.txt: found 64 bytes; expected more than the sequence of 64 tokens")
      try folder.write(String(repeating: "x", count: 65), to: "short.txt")
      #expect(try assay("measure", "gpt2-tiny", "--text", "short.txt", in: folder).status == 0)
    }
  }

  @Test func `a run larger than the memory is refused before it begins`() throws {
    let outcome = try assay("measure", "gpt3-175b", "--batch", "1")
    #expect(outcome.status == 65)
    #expect(outcome.output.isEmpty)
    // 16 bytes for each of 174.6 · 10⁹ parameters make 2,793.7 · 10⁹, and two gradients of the token
    // embedding 4.9 · 10⁹.
    let needed = /gpt3-175b at --sequence 128 needs 2798\d{9} bytes where \d+ are available/
    #expect(outcome.errors.contains(needed), "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("assay: --batch: "))
    let advice = "; expected a smaller model or sequence, or --dry; not even 1 fits\n"
    #expect(outcome.errors.hasSuffix(advice))
  }

  @Test func `the batch that a refusal names is the largest that fits`() throws {
    let errors = try assay("measure", "gpt2-tiny", "--batch", "50000000").errors
    let says = try #require(
      errors.firstMatch(of: /needs (\d+) bytes where (\d+) are available.* at most --batch (\d+)/))
    let (available, batch) = (try #require(Int(says.2)), try #require(Int(says.3)))
    #expect(try peak(batch: batch) <= available)
    #expect(try peak(batch: batch + 1) > available)
  }

  private func peak(batch: Int) throws -> Int {
    let dry = try assay("measure", "gpt2-tiny", "--dry", "--batch", "\(batch)", "--format", "json")
    let bytes = try #require(try object(dry)["bytes"] as? [String: Any])
    return try #require((bytes["peak"] as? [String: Any])?["total"] as? Int)
  }

  @Test(arguments: [
    ["--recompute", "full"], ["--attention", "flash", "--dropout", "0.1"],
    ["--convention", "llm.c", "--dropout", "0.5", "--recompute", "selective"],
  ])
  func `the largest run that is accepted is counted without an overflow`(options: [String]) throws {
    let run = ["measure", "gpt3-175b", "--dry", "--steps", "10", "--batch"]
    let errors = try assay(run + ["100000000"] + options).errors
    let says = try #require(errors.firstMatch(of: /expected at most (\d+)/))
    #expect(try assay(run + [String(says.1)] + options).status == 0)
  }
}
