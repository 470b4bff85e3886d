import Foundation
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
    let comparisons = try set.comparisons("\(Self.folder)/\(set.file)")
    return try #require(
      Summary.all(of: comparisons).first {
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

  @Test("BLOOM's layouts, with a constant from one section of ten rows: 6 % in the mean")
  func bloom() throws {
    let set = BloomSweep()
    let comparisons = try set.comparisons("\(Self.folder)/\(set.file)")
    let calibration = comparisons.filter { $0.use == .calibration }
    #expect(calibration.count == 10)
    // The constant is the mean of what is missing, to a MiB.
    let missing = calibration.map { ($0.measured - $0.predicted) / 0x1p20 }.reduce(0, +) / 10
    #expect(abs(missing) < 1)
    #expect(try summary(set, .deviceUsed).mean < 0.06)
  }
}
