import Catalogue
import Foundation
import Instrument

/// How ranks are connected: nodes of a few devices with links of their own, and a network.
struct Cluster: Sendable {
  let device: Device
  let layout: Layout
  /// Devices of a node.
  let node: Int
  /// Bytes per second of the network for each device; the maker's machine's where nil.
  var networkRate: Double?
  let calibration = Calibration()

  /// How a group lies in the nodes.
  struct Placement: Equatable {
    /// How many members it has.
    let members: Int
    /// How many of them share a node.
    let inNode: Int

    /// How many nodes it spans.
    var nodes: Int { (members + inNode - 1) / inNode }
  }

  /// How the groups of the layout that have the first rank lie.
  func placement(_ group: RankGroup) -> Placement {
    placement(group, members: Rank(0, of: layout).size(of: group))
  }

  /// Ranks that share a layer are neighbours, then come replicas, then stages (`Rank`).
  ///
  /// - Parameters:
  ///   - group: what kind of neighbours.
  ///   - members: how many of them.
  func placement(_ group: RankGroup, members: Int) -> Placement {
    let distance =
      switch group {
      case .tensor, .model, .world: 1
      case .context, .data, .expert: layout.tensor
      case .expertData: layout.tensor * layout.expert
      case .pipeline: layout.tensor * layout.replicas
      case .embedding: layout.tensor * layout.replicas * max(1, layout.pipeline - 1)
      }
    return Placement(members: members, inNode: min(members, max(1, node / distance)))
  }

  private var nodeBandwidth: Double {
    (device.links.nvlink ?? device.links.pcie).bandwidthGBps * 1e9 * calibration.nodeLinks.value
  }

  private var nodeLatency: Double {
    (device.links.nvlink ?? device.links.pcie).latencyMicroseconds * 1e-6
  }

  private var networkLink: Device.Link { device.links.network ?? device.links.pcie }

  private var networkBandwidth: Double {
    (networkRate ?? networkLink.bandwidthGBps * 1e9) * calibration.network.value
  }

  private var networkLatency: Double { networkLink.latencyMicroseconds * 1e-6 }

  /// Bytes per second that pass by a member of a ring. Every device of a node has its share of the
  /// network, and a ring through many uses those of all its members there.
  func bandwidth(_ placement: Placement) -> Double {
    guard placement.nodes > 1 else { return nodeBandwidth }
    return min(nodeBandwidth, networkBandwidth * Double(placement.inNode))
  }

  /// Seconds of a collective in a ring (Thakur et al., 2005; NCCL): of n members each passes on
  /// (n−1)/n of the tensor, twice in an all-reduce. Its latency is that of the ring's steps, or
  /// where that is less of a tree's.
  func seconds(_ kind: Communication.Kind, _ placement: Placement, bytes: Int) -> Double {
    let n = Double(placement.members)
    guard placement.members > 1 else { return 0 }
    let passed = (n - 1) / n * Double(bytes) / bandwidth(placement)
    switch kind {
    case .allReduce: return 2 * passed + min(2 * ringLatency(placement), treeLatency(placement))
    case .allGather, .reduceScatter, .allToAll: return passed + ringLatency(placement)
    case .send: return Double(bytes) / bandwidth(placement) + latency(placement)
    case .receive, .barrier: return 0
    }
  }

  private func latency(_ placement: Placement) -> Double {
    placement.nodes > 1 ? networkLatency : nodeLatency
  }

  private func ringLatency(_ placement: Placement) -> Double {
    let between = placement.nodes > 1 ? placement.nodes : 0
    let within = placement.members - 1 - max(0, between - 1)
    return Double(within) * nodeLatency + Double(max(0, between - 1)) * networkLatency
  }

  private func treeLatency(_ placement: Placement) -> Double {
    let depth = log2(Double(placement.nodes)).rounded(.up)
    return 2 * (depth * networkLatency + Double(placement.inNode - 1) * nodeLatency)
  }
}
