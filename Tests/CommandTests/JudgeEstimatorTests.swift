import TestSupport
import Testing

@Suite struct JudgeEstimatorTests {
  @Test func `a command is scored, and its scorecard is JSON or text`() throws {
    let estimator = ["--", "sed", "s/.*/{\"parameters\": 1000000}/"]
    let found = try object(assay(["judge", "--format", "json"] + estimator))
    #expect(found["schema"] as? String == "assay.scorecard.v1")
    let scores = try #require(found["scores"] as? [[String: Any]])
    #expect(scores.map { $0["quantity"] as? String } == ["parameters"])
    #expect(scores[0]["estimatedFormula"] as? String == "1000000")
    let text = try assay(["judge", "--model", "llama-mini"] + estimator).text
    #expect(text.hasPrefix("sed s/.*/{\"parameters\": 1000000}/: "))
    #expect(text.contains("\nScores\n") && text.contains("\nTerms that are wrong\n"))
  }

  @Test func `an estimator that fails is bad input, in one line`() throws {
    expectFailure(
      try assay("judge", "--", "sh", "-c", "exit 4"), 65,
      "sh -c exit 4: found exit status 4; expected exit status 0")
    // A time that no clock counts is as good as any.
    expectFailure(
      try assay("judge", "--timeout", "1e300", "--", "sh", "-c", "exit 4"), 65,
      "sh -c exit 4: found exit status 4; expected exit status 0")
    expectFailure(
      try assay("judge", "--timeout", "0.2", "--", "sleep", "9"), 65,
      "sleep 9: found a program that still runs after 0.2 s; expected answers by then, or a longer --timeout"
    )
  }

  @Test(arguments: [
    (["judge"], "Missing the estimator's command, after --"),
    (["judge", "--timeout", "0", "--", "true"], "--timeout takes a positive number of seconds"),
  ])
  func `wrong usage`(arguments: [String], says: String) throws {
    expectFailure(try assay(arguments), 64, says + " (see `assay --help`)")
  }
}
