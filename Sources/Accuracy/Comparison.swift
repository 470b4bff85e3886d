/// A published measurement beside what is predicted for it.
struct Comparison: Encodable, Sendable {
  /// The row of the data set.
  let row: String
  /// What was measured.
  let quantity: Quantity
  /// What the projection says.
  let predicted: Double
  /// What was measured.
  let measured: Double
  /// What the row is for.
  var use = Use.check
  /// Where the row is published.
  let source: String

  /// The part of the measured value by which the prediction is off; positive where it is too large.
  var error: Double { predicted / measured - 1 }

  /// What is measured, with its unit.
  enum Quantity: String, Encodable, Sendable, CaseIterable {
    /// The most that blocks of the caching allocator held at once.
    case peakAllocated = "peak allocated"
    /// What they hold between updates.
    case allocatedBetween = "allocated between updates"
    /// A buffer that a program allocates as one.
    case buffer
    /// Memory of the device in use, context and all, as the driver tells.
    case deviceUsed = "device memory in use"
    /// Time of an update.
    case iteration = "iteration"
    /// Time of a pass through a layer.
    case layer = "pass through a layer"
    /// Time of a kernel.
    case kernel

    /// By how much a number in base units is divided to be read.
    var scale: Double {
      switch self {
      case .iteration: 1
      case .layer: 1e-3
      case .kernel: 1e-6
      default: 0x1p20
      }
    }
    /// What it is then.
    var unit: String {
      switch self {
      case .iteration: "s"
      case .layer: "ms"
      case .kernel: "µs"
      default: "MiB"
      }
    }
    /// Decimals that are worth reading.
    var decimals: Int { self == .iteration ? 3 : 1 }
  }

  /// What a row is for.
  enum Use: Encodable, Sendable, Equatable {
    /// The prediction knows nothing of it.
    case check
    /// A constant of the prediction was taken from it.
    case calibration
    /// It is printed and left out of the summary, for a reason.
    case excluded(String)

    /// In a table.
    var mark: String {
      switch self {
      case .check: ""
      case .calibration: "calibration"
      case .excluded(let reason): "left out: \(reason)"
      }
    }
  }
}
