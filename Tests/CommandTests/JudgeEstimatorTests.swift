import Foundation
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

  // Not SIGINT, which is ignored where the tests are a shell's job in the background.
  @Test(arguments: [SIGTERM, SIGHUP])
  func `what ends the command ends the estimator, too`(signal: Int32) throws {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(filePath: command)
      process.currentDirectoryURL = URL(filePath: folder.path)
      process.arguments = ["judge", "--", "sh", "-c", "echo $$ > new; mv new number; sleep 60"]
      try withAllSignals { try process.run() }
      while !(try folder.names.contains("number")), process.isRunning { usleep(10_000) }
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)
      #expect(process.terminationStatus == signal)
      let text = try folder.text("number").trimmingCharacters(in: .whitespacesAndNewlines)
      let estimator = try #require(pid_t(text))
      #expect(kill(estimator, 0) == -1 && errno == ESRCH)
    }
  }

  /// A process gets no signal that is blocked in the thread that starts it, as all are in those that
  /// tests run in.
  private func withAllSignals(_ body: () throws -> Void) rethrows {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  @Test(arguments: [
    (["judge"], "Missing the estimator's command, after --"),
    (["judge", "--timeout", "0", "--", "true"], "--timeout takes a positive number of seconds"),
  ])
  func `wrong usage`(arguments: [String], says: String) throws {
    expectFailure(try assay(arguments), 64, says + " (see `assay --help`)")
  }
}
