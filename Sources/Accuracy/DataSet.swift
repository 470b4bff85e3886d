/// A published set of measurements, and how the project predicts each of its rows.
protocol DataSet: Sendable {
  /// What it is called.
  var title: String { get }
  /// Its file, in the folder of measurements.
  var file: String { get }
  /// Who measured what, where it is published, and which constants the predictions take beside the
  /// program: a few sentences.
  var about: String { get }

  /// Predicts every row of a file.
  ///
  /// - Parameter path: the file.
  /// - Throws: `InputError` for a file that cannot be read.
  func outcomes(_ path: String) throws -> [Outcome]
}

/// A set with its rows, predicted.
struct EvaluatedSet: Sendable {
  let title: String
  let about: String
  let comparisons: [Comparison]
  /// Rows that are refused.
  let refusals: [Outcome.Refusal]

  /// - Throws: `InputError` for a file that cannot be read.
  init(_ set: some DataSet, _ path: String) throws {
    (title, about) = (set.title, set.about)
    var (comparisons, refusals) = ([Comparison](), [Outcome.Refusal]())
    for outcome in try set.outcomes(path) {
      switch outcome {
      case .compared(let comparison): comparisons.append(comparison)
      case .refused(let refusal): refusals.append(refusal)
      }
    }
    (self.comparisons, self.refusals) = (comparisons, refusals)
  }
}

/// All sets, memory first.
enum DataSets {
  static let all: [any DataSet] = [
    MegatronFunctionalTests(), SimuMaxB200(), LLMCLogs(), Torchtune(), LitGPT(), BloomSweep(),
    RobertaBenchmark(), BertAnatomy(), MegatronTimes.narayanan, ZeRO3Times(),
    MegatronTimes.korthikanti, LayerTimes(), EarlyMegatronTimes(), DGXTimes(), MosaicMLTimes(),
    BloomTimes(), PythiaHours(), PublishedRuns(), TorchtitanTimes(), KernelTimes(),
  ]

  /// Predicts every row of every set that a folder has a file of.
  static func evaluate(in folder: String, _ note: (String) -> Void) throws -> [EvaluatedSet] {
    try all.compactMap { set in
      let path = "\(folder)/\(set.file)"
      guard TextFile.exists(path) else { return nil }
      note(set.title)
      return try EvaluatedSet(set, path)
    }
  }
}
