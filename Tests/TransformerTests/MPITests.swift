import Foundation
import RankSupport
import TestSupport
import Testing

/// The ranks of `RankTests`, as processes.
@Suite(.enabled(if: MPIRun.launcher != nil, "Open MPI is not installed"), .serialized)
struct MPITests {
  /// How many processes run at a time. Four of them go through 110 layouts and eight through 278,
  /// which takes minutes where nothing is optimised: these are left to the tests in release.
  private static var ranks: [Int] {
    #if DEBUG
      [2]
    #else
      [2, 4, 8]
    #endif
  }

  @Test(
    "Under MPI every layout gives a single device's loss and gradients, and its dry run's events",
    arguments: ranks)
  func layouts(_ ranks: Int) throws {
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "rankcheck").path
    let outcome = try MPIRun.run([(ranks, [program])])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "\(try RankTest.all(ranks: ranks).count) layouts\n")
  }
}
