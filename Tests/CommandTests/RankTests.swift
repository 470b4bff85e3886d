import Foundation
import TestSupport
import Testing

/// `assay measure` of a layout.
@Suite struct RankTests {
  private func ranks(_ text: String) throws -> [[String: Any]] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require((value as? [String: Any])?["ranks"] as? [[String: Any]])
  }

  private static let recipe = ["measure", "gpt2-tiny", "--steps", "2", "--format", "json"]

  @Test func `a dry run goes through the ranks and says what each of them holds and says`() throws {
    let outcome = try assay(
      Self.recipe + ["--dry", "--tensor", "2", "--data", "2", "--zero", "1"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let ranks = try ranks(outcome.text)
    #expect(ranks.map { $0["rank"] as? Int } == [0, 1, 2, 3])
    #expect(ranks.map { $0["tensor"] as? Int } == [0, 1, 0, 1])
    #expect(ranks.map { $0["data"] as? Int } == [0, 0, 1, 1])
    let single = try object(try assay(Self.recipe + ["--dry"]))
    let bytes = try #require(single["bytes"] as? [String: Any])
    let states = ranks.compactMap { ($0["bytes"] as? [String: Any])?["optimizerState"] as? Int }
    // Replicas divide the states; ranks that share layers repeat those of norms, biases and
    // positions.
    #expect(states.reduce(0, +) > (bytes["optimizerState"] as? Int ?? 0))
    #expect(states.allSatisfy { 3 * $0 < (bytes["optimizerState"] as? Int ?? 0) })
    for rank in ranks { #expect((rank["communication"] as? [Any])?.isEmpty == false) }
  }

  @Test func `a layout that the model does not allow is refused in one line`() throws {
    expectFailure(
      try assay("measure", "gpt2", "--dry", "--tensor", "5"), 65,
      "--tensor: found 5, which does not divide the 12 heads of gpt2; expected a divisor of it")
    expectFailure(
      try assay("measure", "mixtral-mini", "--dry", "--data", "2", "--expert", "2"), 65,
      "--expert: found 2 with room for as many rows as come; "
        + "expected --capacity-factor, such as 1 for even shares")
    expectFailure(
      try assay("measure", "gpt2", "--dry", "--capacity-factor", "1"), 65,
      "--capacity-factor: found 1.0 for gpt2, which has no experts; "
        + "expected a mixture of experts, such as mixtral-8x7b")
    expectFailure(
      try assay("measure", "gpt2", "--dry", "--data", "100"), 65,
      "--dry: found 100 ranks; expected at most 64; "
        + "`assay project` runs one rank of each stage")
  }

  @Suite(.enabled(if: MPIRun.launcher != nil, "Open MPI is not installed"), .serialized)
  struct Processes {
    private func run(_ programs: (Int, [String])...) throws -> MPIRun.Outcome {
      try MPIRun.run(programs.map { ($0.0, [command] + $0.1) })
    }

    @Test func `ranks as processes leave what the dry run says of them, and one report`() throws {
      let layout = ["--tensor", "2", "--pipeline", "2", "--accumulate", "2"]
      let real = try run((4, RankTests.recipe + layout))
      #expect(real.status == 0, "\(real.errors)")
      let dry = try assay(RankTests.recipe + layout + ["--dry"])
      let (found, expected) = (try RankTests().ranks(real.output), try RankTests().ranks(dry.text))
      #expect(found.count == 4)
      for (found, expected) in zip(found, expected) {
        for key in ["rank", "stage", "bytes", "flops", "communication", "events", "digest"] {
          let values = [found[key], expected[key]].map { String(describing: $0 as Any) }
          if found[key] is [String: Any] || found[key] is [Any] {
            #expect((found[key] as? NSObject) == (expected[key] as? NSObject), "\(key)")
          } else {
            #expect(values[0] == values[1], "\(key)")
          }
        }
      }
      let value = try JSONSerialization.jsonObject(with: Data(real.output.utf8))
      let losses = try #require((value as? [String: Any])?["loss"] as? [Double])
      let single = try object(try assay(RankTests.recipe + ["--accumulate", "2"]))
      let expectedLosses = try #require(single["loss"] as? [Double])
      for (loss, expected) in zip(losses, expectedLosses) {
        #expect(abs(loss / expected - 1) <= 1e-5)
      }
      #expect(losses.count == 2)
    }

    /// The line of ours among those of `mpirun`.
    private func lines(_ outcome: MPIRun.Outcome) -> [String] {
      outcome.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("assay: ") }
    }

    @Test func `more or fewer processes than ranks are refused in one line`() throws {
      let outcome = try run((3, RankTests.recipe + ["--tensor", "2"]))
      #expect(outcome.status != 0)
      #expect(
        lines(outcome)
          == ["assay: mpirun: found 3 processes for a layout of 2 ranks; expected -np 2"])
      #expect(
        lines(try run((2, RankTests.recipe)))
          == ["assay: mpirun: found 2 processes for a layout of 1 rank; expected -np 1"])
    }

    @Test(arguments: [2, 4, 8])
    func `a rank that was told something else ends the run in one line, not in a hang`(
      _ ranks: Int
    ) throws {
      let told = RankTests.recipe + ["--data", "\(ranks)"]
      let outcome = try run((ranks - 1, told), (1, told + ["--zero", "1"]))
      #expect(outcome.status != 0)
      #expect(lines(outcome).count == 1)
      let line = try #require(lines(outcome).first)
      #expect(line.hasPrefix("assay: ranks: found layout {"))
      #expect(line.contains("zero:1} at rank \(ranks - 1); expected layout {"))
      #expect(line.hasSuffix("zero:0}, as at rank 0"))
    }

    @Test func `bad input of all ranks, or of one, is said once`() throws {
      let all = try run((2, RankTests.recipe + ["--tensor", "5"]))
      let says = "assay: --tensor: found 5, which does not divide the 4 heads of gpt2-tiny; "
      #expect(lines(all) == [says + "expected a divisor of it"])
      let one = try run(
        (1, RankTests.recipe + ["--tensor", "2"]),
        (1, RankTests.recipe + ["--tensor", "2", "--steps", "x"]))
      #expect(one.status != 0)
      #expect(lines(one).count == 1)
      #expect(lines(one).first?.contains("'--steps <steps>'") == true)
    }

    @Test(arguments: [2, 4, 8])
    func `a rank that dies ends the run`(_ ranks: Int) throws {
      // One rank is killed by the system after a second, as it would be for lack of memory, while
      // the others wait for it.
      let own = [command, "measure", "gpt2-tiny", "--steps", "50000", "--data", "\(ranks)"]
      let mortal = ["/bin/sh", "-c", "ulimit -t 1; exec \"$@\"", "sh"] + own
      let outcome = try MPIRun.run([(ranks - 1, own), (1, mortal)])
      #expect(outcome.status != 0)
      #expect(outcome.output.isEmpty)
      // Killed, it can say nothing itself: the launcher does.
      #expect(outcome.errors.contains("process rank \(ranks - 1)"))
      #expect(outcome.errors.contains("exited on signal"))
    }
  }
}
