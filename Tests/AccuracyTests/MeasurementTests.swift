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
}
