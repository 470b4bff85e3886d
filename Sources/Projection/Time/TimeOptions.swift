import Catalogue

/// What the time of an update depends on, besides model, recipe, layout and device.
public struct TimeOptions: Sendable, Equatable {
  /// Which kernels run; by default those that go with the convention.
  public var kernels: KernelSet?
  /// Which messages pass while products run; by default what the kernels' framework does.
  public var overlap: Set<Overlap>?
  /// Devices of a node.
  public var node = 8
  /// Bytes per second of the network for each device, one direction; that of the device's maker's
  /// machine where nil.
  public var networkBandwidth: Double?
  /// Tokens to train with; nil where that is not asked.
  public var tokens: Double?
  /// Share of the peak that the textbook estimate reckons with.
  public var utilisation = 0.4

  /// Groups whose messages can pass while products run.
  public enum Overlap: String, Codable, Sendable, CaseIterable {
    /// Gradients and gathered weights among replicas.
    case data
    /// Sums of gradients among ranks that share a layer, while gradients of weights are made.
    case tensor
    /// What passes from stage to stage.
    case pipeline
  }

  /// The defaults.
  public init() {}
}
