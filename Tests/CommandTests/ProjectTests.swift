import Foundation
import TestSupport
import Testing

/// `assay project`.
@Suite struct ProjectTests {
  @Test func `a projection has the fields of the contract`() throws {
    let outcome = try assay(
      "project", "gpt2", "--gpu", "a100-80gb", "--gpus", "16", "--data", "4", "--tensor", "2",
      "--pipeline", "2", "--zero", "1", "--microbatch", "2", "--global-batch", "64",
      "--pad-vocabulary", "128", "--precision", "bf16", "--format", "json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let value = try object(outcome)
    #expect(value["schema"] as? String == "assay.projection.v1")
    #expect((value["device"] as? [String: Any])?["name"] as? String == "a100-80gb-sxm")
    // 50,257 tokens padded to a multiple of 2·128.
    #expect((value["model"] as? [String: Any])?["vocabulary"] as? Int == 50_432)
    let ranks = try #require(value["ranks"] as? [[String: Any]])
    #expect(ranks.map { $0["stage"] as? Int } == [0, 1])
    let fields: Set = [
      "parameter", "gradient", "optimizerState", "savedForBackward", "temporary", "workspace",
      "peakAllocated", "peakReserved",
    ]
    for rank in ranks {
      #expect(fields.isSubset(of: Set(try #require(rank["bytes"] as? [String: Any]).keys)))
    }
    for field in ["fits", "headroom", "maxMicrobatch", "maxGlobalBatch", "terms", "layout"] {
      #expect(value[field] != nil, "\(field)")
    }
    let traffic = try #require(value["communication"] as? [String: Int])
    let said = ["dataParallelBytes", "tensorParallelBytes", "pipelineBytes"]
    let unsaid = ["contextParallelBytes", "expertParallelBytes"]
    #expect(Set(traffic.keys) == Set(said + unsaid))
    for group in said { #expect(traffic[group, default: 0] > 0, "\(group)") }
    for group in unsaid { #expect(traffic[group] == 0, "\(group)") }
    let time = try #require(value["time"] as? [String: Any])
    let rates = ["iterationSeconds", "tokensPerSecondPerDevice", "mfu", "hfu", "bubbleFraction"]
    for field in rates { #expect(try #require(time[field] as? Double) > 0, "\(field)") }
  }

  @Test func `ranks that share sequences or experts are in the projection`() throws {
    func traffic(_ model: String, _ options: String...) throws -> [String: Int] {
      let outcome = try assay(
        ["project", model, "--data", "2", "--sequence", "64", "--format", "json"] + options)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try #require(try object(outcome)["communication"] as? [String: Int])
    }
    #expect(try traffic("gpt2-mini", "--context", "2")["contextParallelBytes", default: 0] > 0)
    let shared = try traffic("mixtral-mini", "--expert", "2", "--capacity-factor", "1.25")
    #expect(shared["expertParallelBytes", default: 0] > 0)
  }

  @Test func `what does not add up is refused in one line`() throws {
    expectFailure(
      try assay("project", "gpt2", "--gpus", "8", "--data", "4"), 65,
      "--gpus: found 8, where --data 4, --tensor 1 and --pipeline 1 make 4 ranks; expected 4")
    expectFailure(
      try assay("project", "gpt2", "--tensor", "2"), 65,
      "--tensor: found 2, which does not divide the 50257 tokens in the vocabulary of gpt2; "
        + "expected a divisor of it")
    expectFailure(
      try assay("project", "gpt2", "--data", "4", "--global-batch", "6"), 65,
      "--global-batch: found 6, which 4 replicas with micro-batches of 1 do not divide; "
        + "expected a multiple of 4")
    expectFailure(
      try assay("project", "gpt2", "--pad-vocabulary", "0"), 65,
      "--pad-vocabulary: found 0; expected a positive integer, such as 128, at most 100000000")
    expectFailure(
      try assay("project", "gpt2", "--data", "3", "--microbatch", "9223372036854775807"), 65,
      "--microbatch: found 9223372036854775807, with which all replicas have more than 100000000 "
        + "sequences in an update; expected fewer of them")
  }

  @Test(arguments: [
    (["--tokens", "1e9"], "--tokens needs --gpu, whose time it is about"),
    (["--conventions"], "--conventions needs --gpu, whose time it is about"),
    (["--no-overlap"], "--no-overlap needs --gpu, whose time it is about"),
    (
      ["--gpu", "a100", "--overlap", "data", "--no-overlap"],
      "--overlap and --no-overlap contradict each other: leave out one"
    ),
  ])
  func `an option that changes nothing is refused`(options: [String], says: String) throws {
    expectFailure(
      try assay(["project", "gpt2-tiny"] + options), 64, says + " (see `assay --help`)")
  }

  @Test func `a batch that has no say is said to have none`() throws {
    let plain = try assay("project", "gpt2-tiny")
    let batch = try assay("project", "gpt2-tiny", "--batch", "7", "--accumulate", "2")
    #expect(batch.status == 0 && batch.output == plain.output && plain.errors.isEmpty)
    let says = "changes nothing here: the batch is that of --microbatch, --global-batch and --data"
    #expect(batch.errors == "--batch 7 \(says)\n--accumulate 2 \(says)\n")
  }
}
