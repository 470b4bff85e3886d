import Catalogue
import Foundation
import Instrument
import Reporting
import Transformer

/// Measures the speed of training steps, as shares of the machine's own peak and as ratios to the
/// same step in PyTorch, all in one run: times of one machine say little to another.
@main
struct Bench {
  /// Times that everything is measured, in turns, because rates on shared machines jump.
  private static let rounds = 3

  /// Runs the tables that the arguments name, by preset, `precisions` or `long-attention`; all of them
  /// without arguments.
  static func main() throws {
    let wanted = Set(CommandLine.arguments.dropFirst())
    let known = BenchModel.all.map(\.preset) + ["precisions", "long-attention"]
    if let name = wanted.first(where: { !known.contains($0) }) {
      throw InputError(
        "bench", found: name, expected: "some of \(known.joined(separator: ", "))")
    }
    func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
    let peer = Peer.find()
    if peer == nil {
      print("PyTorch is not there (set PYTHON to a python3 that has it): no ratios to it.\n")
    }
    for model in BenchModel.all where isWanted(model.preset) {
      for shape in model.batches {
        try show(table(model, batch: shape.batch, sequence: shape.sequence, peer))
      }
    }
    if isWanted("precisions") { try show(Precisions.table()) }
    if isWanted("long-attention") { try show(LongAttention.table()) }
  }

  /// Prints a table at once, in a file, too: the next one takes minutes.
  private static func show(_ table: Table) {
    FileHandle.standardOutput.write(Data((table.text + "\n").utf8))
  }

  private static func table(
    _ model: BenchModel, batch: Int, sequence: Int, _ peer: Peer?
  ) throws -> Table {
    var rounds: [Round] = []
    for _ in 0..<Self.rounds {
      rounds.append(try Round(model, batch: batch, sequence: sequence, peer))
    }
    func median(_ value: (Round) -> Double?) -> Double? {
      let values = rounds.compactMap(value).sorted()
      return values.isEmpty ? nil : values[values.count / 2]
    }
    func row(_ name: String, _ format: (Double) -> String, _ value: (Round) -> Double?) -> [String]?
    {
      median(value).map { [name, format($0)] }
    }
    let seconds: (Double) -> String = { String(format: "%.0f ms", $0 * 1000) }
    let percent: (Double) -> String = { String(format: "%.1f %%", $0 * 100) }
    let ratio: (Double) -> String = { String(format: "%.2f", $0) }
    let rate: (Double) -> String = { String(format: "%.0f GFLOP/s", $0 / 1e9) }
    let rows = [
      row("matrix product, all cores", rate) { $0.peak },
      row("step", seconds) { $0.assay.step },
      row("tokens per second", { String(format: "%.0f", $0) }) { $0.tokens / $0.assay.step },
      row("share of the step in matrix products", percent) { $0.assay.productShare },
      row("matrix products over the whole step, of peak", percent) {
        $0.assay.productFLOPs / $0.assay.step / $0.peak
      },
      row("step with the ledger off", seconds) { $0.untracked.step },
      row("ledger and counters alone, of the step", { String(format: "%.2f %%", $0 * 100) }) {
        $0.dryStep / $0.assay.step
      },
      row("PyTorch, best settings", seconds) { $0.best },
      row("PyTorch, plain loop", seconds) { $0.plain },
      row("tokens per second, times PyTorch's best", ratio) { round in
        round.best.map { $0 / round.assay.step }
      },
      row("tokens per second, times PyTorch's plain loop", ratio) { round in
        round.plain.map { $0 / round.assay.step }
      },
    ]
    return Table(
      "\(model.title), fp32, batch \(batch), sequence \(sequence): medians of \(Self.rounds) rounds",
      [.text(""), .number("")], rows.compactMap { $0 })
  }
}
