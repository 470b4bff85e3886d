import Catalogue
import Instrument
import Transformer

/// What the scripts of a page draw: the `assay.report.v1` inside of it.
struct PageData: Encodable, Sendable {
  let schema = "assay.report.v1"
  /// What ran.
  let model: Measurement.Model
  /// How.
  let recipe: Recipe
  /// Whether it computed.
  let mode: Measurement.Mode
  /// What it held.
  let bytes: Bytes
  /// What was alive when.
  let timeline: MemoryTimeline
  /// What waits for the backward pass.
  let saved: [SavedTensor]
  /// What was recovered of the model; absent where nothing was.
  let explorer: Explorer?

  /// The totals that parts of the page add up to.
  struct Bytes: Encodable {
    let parameter: Int
    let gradient: Int
    let optimizerState: Int
    let savedForBackward: Int
    let peak: Measurement.Peak
  }

  init(_ measurement: Measurement, _ ledger: Ledger, _ explorer: Explorer?) {
    self.explorer = explorer
    model = measurement.model
    recipe = measurement.recipe
    mode = measurement.mode
    bytes = Bytes(
      parameter: measurement.bytes.parameter, gradient: measurement.bytes.gradient,
      optimizerState: measurement.bytes.optimizerState,
      savedForBackward: measurement.bytes.savedForBackward, peak: measurement.bytes.peak)
    timeline = MemoryTimeline(ledger)
    saved = SavedTensor.list(ledger, bytes: measurement.bytes.savedForBackward)
  }
}
