import Foundation

/// A GPU as its maker describes it, every number with its source: `Data/hardware.json`.
public struct Device: Codable, Sendable, Equatable {
  /// The name on the command line.
  public let name: String
  /// Other names for it.
  public let aliases: [String]
  /// What it is called.
  public let title: String
  /// The maker's name for its generation.
  public let architecture: String
  /// CUDA's number for its generation.
  public let computeCapability: String
  /// Streaming multiprocessors: as many thread blocks of a large product run at once.
  public let multiprocessors: Int
  /// Its memory.
  public let memory: Memory
  /// Peak rates of dense work, in 10¹² FLOP/s; of tensor cores with 32-bit accumulation.
  public let denseTFLOPS: [Format: Double]
  /// Peak rates that need operands with two zeros in every four elements, in 10¹² FLOP/s. No dense
  /// work reaches them.
  public let sparseTFLOPS: [Format: Double]
  /// Rate of the fastest matrix product in 16 bits that was found on it, in 10¹² FLOP/s; nil where no
  /// search was published.
  public let bestProductTFLOPS: Double?
  /// How it is connected to others.
  public let links: Links
  /// Where the peaks and bandwidths are published.
  public let source: String

  /// What a unit of it computes with.
  public enum Format: String, Codable, Sendable, CaseIterable, CodingKeyRepresentable {
    /// The widths; `Tensor` stands for tensor cores where both are published, and the narrow ones
    /// have no other units.
    case fp64, fp64Tensor, fp32, tf32, fp16, bf16, fp8, fp6, fp4, int8
  }

  /// The memory of a device.
  public struct Memory: Codable, Sendable, Equatable {
    /// The number of the data sheet, in GB, of which it does not say how large they are.
    public let nominalGB: Double
    /// Bandwidth, in 10⁹ bytes per second.
    public let bandwidthGBps: Double
    /// Bytes that the driver reports to programs; nil where no source is known.
    public let usableBytes: Int?
    /// Where they were seen.
    public let usableSource: String?

    /// Bytes that a process can count on, its own context included: those that the driver reports,
    /// or 10⁹ for each GB where that is not known.
    public var capacity: Int { usableBytes ?? Int(nominalGB * 1e9) }
  }

  /// The links of a device.
  public struct Links: Codable, Sendable, Equatable {
    /// Between the GPUs of a node; nil where there is none.
    public let nvlink: Link?
    /// To the host.
    public let pcie: Link
    /// Between nodes, in a machine that the maker sells; nil where there is none.
    public let network: Link?
  }

  /// A link, in one direction.
  public struct Link: Codable, Sendable, Equatable {
    /// Bandwidth, in 10⁹ bytes per second.
    public let bandwidthGBps: Double
    /// Typical time until a message arrives, in 10⁻⁶ seconds.
    public let latencyMicroseconds: Double
    /// The machine, where it is not the device's own.
    public let of: String?
  }

  /// Peak rate of dense work, in FLOP/s; nil where the device does not have the format.
  public func peak(_ format: Format) -> Double? { denseTFLOPS[format].map { $0 * 1e12 } }
}
