import Catalogue
import Foundation
import Instrument
import RankSupport

/// Runs every layout of as many ranks as there are processes: `mpirun -np 4 rankcheck`.
///
/// Process 0 prints the number of layouts, or what is wrong; then the exit status is 1.
@main
enum RankCheck {
  static func main() throws {
    let mpi = try MPI.start()
    let tests = try RankTest.all(ranks: mpi.size)
    var singles: [RankTest.Batch: RankTest.Outcome] = [:]
    var faults: [String] = []
    for test in tests {
      let rank = Rank(mpi.number, of: test.layout)
      let single = try singles[test.batch] ?? test.single()
      singles[test.batch] = single
      let found = try test.faults(rank, MPICommunicator(rank, on: mpi), against: single)
      faults += found.map { "\(test), rank \(mpi.number): \($0)" }
    }
    let all = mpi.gather(faults.joined(separator: "\n")).filter { !$0.isEmpty }
    if mpi.number == 0 {
      print(all.isEmpty ? "\(tests.count) layouts" : all.joined(separator: "\n"))
    }
    mpi.finish()
    exit(all.isEmpty ? 0 : 1)
  }
}
