import Foundation
import TestSupport
import Testing

@testable import Accuracy

/// The predictions for the measurements that the project has, held to what they reach.
@Suite struct MeasurementTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Measurements").path

  /// Errors of the rows that nothing was taken from.
  private func summary(
    _ set: some DataSet, _ quantity: Comparison.Quantity = .peakAllocated
  ) throws -> Summary {
    let evaluated = try EvaluatedSet(set, "\(Self.folder)/\(set.file)")
    #expect(evaluated.refusals.isEmpty)
    return try #require(
      Summary.all(of: evaluated.comparisons).first {
        $0.rows == "others" && $0.quantity == quantity.rawValue
      })
  }

  @Test("Megatron-LM's functional tests: a median of 0.25 %, and 2.5 % at worst")
  func megatron() throws {
    let peak = try summary(MegatronFunctionalTests())
    #expect(peak.count == 43 && peak.median < 0.0025 && peak.worst < 0.025)
    let between = try summary(MegatronFunctionalTests(), .allocatedBetween)
    #expect(between.median < 0.0025 && between.worst < 0.025)
  }

  @Test("SimuMax on B200: 0.5 % in the mean")
  func simuMax() throws {
    let peak = try summary(SimuMaxB200())
    #expect(peak.count == 16 && peak.mean < 0.005 && peak.worst < 0.01)
  }

  @Test("llm.c's logs, to the MiB")
  func llmC() throws {
    let buffers = try summary(LLMCLogs(), .buffer)
    #expect(buffers.count == 12 && buffers.worst == 0)
  }

  @Test("Memory in use, as the driver tells: 5 % in the mean, without a constant of their own")
  func deviceMemory() throws {
    #expect(try summary(RobertaBenchmark(), .deviceUsed).mean < 0.05)
    #expect(try summary(BertAnatomy(), .deviceUsed).mean < 0.05)
  }

  @Test("Megatron-LM's tables of times: 3.5 % in the mean, 10 % at worst")
  func megatronTimes() throws {
    for set in [MegatronTimes.narayanan, .korthikanti] {
      let times = try summary(set, .iteration)
      #expect(times.mean < 0.035 && times.worst < 0.1)
    }
    let layers = try summary(LayerTimes(), .layer)
    #expect(layers.count == 8 && layers.mean < 0.01 && layers.worst < 0.02)
    // Those without virtual stages, and of an older version.
    #expect(try summary(ZeRO3Times(), .iteration).mean < 0.035)
    #expect(try summary(EarlyMegatronTimes(), .iteration).mean < 0.05)
  }

  /// The same of every eighth row, of sets that take long.
  private func sample(_ set: some DataSet) throws -> Summary {
    let path = "\(Self.folder)/\(set.file)"
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let some = [lines[0]] + lines.enumerated().filter { $0.offset % 8 == 3 }.map(\.element)
    return try withTemporaryFolder { folder in
      let file = try folder.write(some.joined(separator: "\n"), to: set.file)
      let comparisons = try EvaluatedSet(set, file).comparisons
      return try #require(Summary.all(of: comparisons).first { $0.rows == "others" })
    }
  }

  @Test("Times of other frameworks and machines: 8 % in the mean")
  func otherTimes() throws {
    #expect(try summary(DGXTimes(), .iteration).mean < 0.08)
    #expect(try sample(MosaicMLTimes()).mean < 0.08)
    let bloom = try sample(BloomTimes())
    #expect(bloom.count > 5 && bloom.mean < 0.08 && bloom.worst < 0.2)
    let pythia = try summary(PythiaHours(), .iteration)
    #expect(pythia.mean < 0.05 && pythia.worst < 0.1)
  }

  @Test("Kernels: products that the device model was not calibrated on are off by 5 % in the mean")
  func kernels() throws {
    let grouped = try summary(KernelTimes(), .kernel)
    #expect(grouped.count == 12 && grouped.mean < 0.05)
  }

  @Test("DeepSpeed fills stages, and the last has what is left")
  func parts() throws {
    let set = BloomSweep()
    let row = try #require(
      CSVFile("\(Self.folder)/\(set.file)").rows.first { $0.text("source_line") == "831" })
    // 78 layers in twelve stages: eleven of seven, and one.
    #expect(
      try BloomSweep.layout(row, layers: 78).partLayers
        == [Int](repeating: 7, count: 11) + [1])
  }

  @Test("BLOOM's layouts, with a constant from one section of ten rows: 6 % in the mean")
  func bloom() throws {
    let set = BloomSweep()
    let comparisons = try EvaluatedSet(set, "\(Self.folder)/\(set.file)").comparisons
    let calibration = comparisons.filter { $0.use == .calibration }
    #expect(calibration.count == 10)
    // The constant is the mean of what is missing, to a MiB.
    let missing = calibration.map { ($0.measured - $0.predicted) / 0x1p20 }.reduce(0, +) / 10
    #expect(abs(missing) < 1)
    #expect(try summary(set, .deviceUsed).mean < 0.06)
  }
}
