import Foundation
import RankSupport
import TestSupport
import Testing

/// The ranks of `RankTests`, as processes.
@Suite(.enabled(if: MPIRun.launcher != nil, "Open MPI is not installed"), .serialized)
struct MPITests {
  @Test(
    "Under MPI every layout gives a single device's loss and gradients, and its dry run's events",
    arguments: [2, 4, 8])
  func layouts(_ ranks: Int) throws {
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "rankcheck").path
    let outcome = try MPIRun.run([(ranks, [program])])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "\(try RankTest.all(ranks: ranks).count) layouts\n")
  }
}
