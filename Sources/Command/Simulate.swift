import ArgumentParser
import Catalogue
import Projection
import Reporting

/// `assay simulate`.
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replays allocations through the rules of PyTorch's CUDA caching allocator.",
    discussion: """
      FILE is a file of events, as `assay measure --events` writes it, or a memory snapshot of \
      PyTorch (torch.cuda.memory._dump_snapshot). The rules are those of \
      c10/cuda/CUDACachingAllocator.cpp, version 2.6.

      A device's context, some half a GB, is not part of what --gpu tells: --capacity may leave \
      room for it. Exits with 1 where a request cannot be served.

      Events are comma-separated values under headings. The first heading is the format's name, \
      \(EventFile.schema), over the numbers of the events; needed are kind (allocate, free or \
      retag), tensor (a number of its own for each) and bytes; category, path, phase and stream \
      are read where they are there, and other columns ignored.
      """)

  @Argument(help: "A file of events, or a memory snapshot of PyTorch.", completion: .file())
  var file: String

  @OptionGroup var allocator: AllocatorOptions

  @Option(
    help: """
      Bytes that matrix products take for themselves when the first forward pass begins: cuBLAS \
      takes 8519680, and 33554432 on Hopper. Not for a snapshot, which has them.
      """)
  var workspace = 0

  @Option(help: "The device whose trace counts, in a snapshot of several.")
  var device: Int?

  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.requireWritable()
    let settings = try allocator.settings()
    guard (0...AllocationStream.largest).contains(workspace) else {
      throw InputError(
        "--workspace", found: "\(workspace)",
        expected: "a number of bytes, 0 to \(AllocationStream.largest)")
    }
    let simulation = try output.during("replay \(file)") { _ in
      let input = try RecordedStream(file, device: device, workspace: workspace)
      return Simulation(input.stream, settings, recorded: input.recorded)
    }
    try output.write(SimulationReport(simulation, of: file))
    if let failure = simulation.outOfMemory {
      throw Unexpected(
        description: "out of memory at event \(failure.event), \(failure.path): "
          + "\(failure.request.requested) bytes asked for, \(failure.request.allocated) allocated, "
          + "\(failure.request.reserved) reserved of \(failure.request.capacity)")
    }
  }
}
