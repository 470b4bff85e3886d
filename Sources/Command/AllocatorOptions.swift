import ArgumentParser
import Catalogue
import Projection

/// How the caching allocator is set.
struct AllocatorOptions: ParsableArguments {
  @Option(
    help: "The device whose memory there is, as `assay hardware` names it.", completion: .device)
  var gpu: String?

  @Option(help: "Bytes that the device hands out, instead of --gpu; by default there is no limit.")
  var capacity: Int?

  @Option(help: "The part of them that a process may take.")
  var memoryFraction: Double?

  @Flag(help: "Let segments grow, as expandable_segments:True does.")
  var expandableSegments = false

  @Option(help: "Bytes from which blocks are not split, max_split_size_mb; by default all are.")
  var maxSplitSize: Int?

  @Option(help: "Steps between powers of two to which sizes are rounded, roundup_power2_divisions.")
  var roundupDivisions = 1

  @Option(help: "The part of the allowed memory from which old blocks are given back.")
  var gcThreshold: Double?

  func validate() throws {
    if gpu != nil, capacity != nil {
      throw ValidationError(
        "--gpu and --capacity both tell how much memory there is: leave out one")
    }
  }

  /// The settings.
  ///
  /// - Throws: `InputError` for a device that is not known, and for what PyTorch refuses.
  func settings() throws(InputError) -> AllocatorSettings {
    var settings = AllocatorSettings()
    settings.capacity = capacity
    if let gpu { settings.capacity = try Device(named: gpu).memory.capacity }
    settings.memoryFraction = memoryFraction
    settings.expandableSegments = expandableSegments
    settings.maxSplitSize = maxSplitSize
    settings.roundupPower2Divisions = roundupDivisions
    settings.garbageCollectionThreshold = gcThreshold
    try settings.validate()
    return settings
  }
}
