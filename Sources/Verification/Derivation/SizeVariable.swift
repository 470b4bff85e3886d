/// A size that may take any value from 1 up, whatever the others are: what derivations vary.
///
/// The sizes of a model are not like that: h may be a·d, and g divides a. Where it is so, the
/// variables are their factors.
enum SizeVariable: Int, Sendable, CaseIterable {
  case layers, batch, sequence, kvHeads
  /// a/g.
  case headsPerKVHead
  /// d, in the smallest unit that positions can be turned by.
  case headUnits
  case hidden, feedForward, vocabulary
  /// T; no less than the sequence, whatever is asked for.
  case positions

  /// The value from which on sizes are ordinary: smaller ones are tried, but may be exceptions.
  var ordinary: Int {
    switch self {
    // Four heads of four sequences keep all strands of a workspace busy.
    case .batch, .kvHeads, .headsPerKVHead: 4
    case .layers, .headUnits: 3
    case .sequence: 5
    case .hidden: 11
    case .feedForward: 13
    case .vocabulary: 17
    case .positions: 64
    }
  }

  /// As large as published models have it, or a machine can account for in milliseconds.
  var large: Int {
    switch self {
    case .layers, .kvHeads, .headsPerKVHead: 16
    case .batch: 32
    case .headUnits: 16
    case .sequence, .positions: 4096
    case .hidden, .feedForward: 16_384
    case .vocabulary: 131_072
    }
  }

  /// As models of that kind mostly are.
  func typical(headUnit: Int) -> ClosedRange<Int> {
    switch self {
    case .layers: 4...48
    case .batch: 1...16
    case .sequence: 128...2048
    case .kvHeads: 2...16
    case .headsPerKVHead: 1...8
    case .headUnits: max(1, 64 / headUnit)...max(1, 128 / headUnit)
    case .hidden: 512...8192
    case .feedForward: 1024...32_768
    case .vocabulary: 8192...131_072
    case .positions: 2048...4096
    }
  }
}

/// A value for each variable of a family.
typealias SizePoint = [SizeVariable: Int]
