/// The numbers of the device model that no data sheet has. They are the same for all devices and
/// all models; each says which measurements it was found on. The assumed ones were chosen with the
/// published times of training steps in view that reports/accuracy.md lists, so that those are no
/// test of them.
struct Calibration: Sendable {
  /// A number, and how it is known.
  struct Constant: Sendable {
    let value: Double
    let source: String
  }

  /// Measurements of 183 matrix products on an A100 PCIe.
  private static let products =
    "fitted to 183 matrix products on an A100 PCIe (MooreThreads/SimuMax, a100_pcie.json)"
  private static let attention =
    "estimated by hand from 24 tiled attentions on an A100 PCIe (MooreThreads/SimuMax, "
    + "a100_pcie.json)"

  /// Rate of products in a training step, as a share of that of the same product alone.
  let sustained = Constant(
    value: 0.96, source: "Korthikanti et al., arXiv 2205.05198, table 4, forward and backward")
  /// Rate of a large product in tiles of 256 by 128, as a share of the best product known.
  let largeTile = Constant(value: 0.956, source: products)
  /// Rate of tiles of 128 by 128, as a share of that.
  let squareTile = Constant(value: 0.926, source: products)
  /// Rate of tiles of 128 by 64.
  let smallTile = Constant(value: 0.772, source: products)
  /// Rate of tiles of 64 by 64.
  let smallestTile = Constant(value: 0.617, source: products)
  /// What a tile takes besides its sums, as if they were longer by so many terms.
  let tileDepth = Constant(value: 93.5, source: products)
  /// Share of the memory's bandwidth that operands of products pass with.
  let operandBandwidth = Constant(value: 0.604, source: products)
  /// How sharply a product is bound by the slower of sums and memory: the exponent of a norm.
  let overlapNorm = Constant(value: 5, source: products)
  /// Bytes for each element of a result that is added to what is there, in 32 bits.
  let sumBytes = Constant(value: 3.03, source: products)
  /// Seconds from one kernel to the next.
  let launch = Constant(value: 2.2e-6, source: products)

  /// Share of the best product that tiled attention reaches, heads of 128 elements.
  let flashForward = Constant(value: 0.79, source: attention)
  /// The same in backward.
  let flashBackward = Constant(value: 0.646, source: attention)
  /// How much of the longest row of tiles runs when all others have ended.
  let flashTail = Constant(value: 0.5, source: attention)
  /// Elements of a head that the softmax of a pair of tiles takes as long as.
  let flashSoftmax = Constant(
    value: 16, source: "Dao, arXiv 2307.08691, figures 4 to 6: heads of 64 and of 128 elements")
  /// Speed of FlashAttention 1, as a share of the second's.
  let flashFirst = Constant(
    value: 0.58, source: "Dao, arXiv 2307.08691, section 4.1: the second is 1.7 to 3 times faster")

  /// The best product known as a share of the peak, where none was published for a device.
  let bestProduct = Constant(
    value: 0.83, source: "assumed: the mean of three devices that were searched")
  /// Share of the memory's bandwidth that elementwise kernels pass with.
  let elementwiseBandwidth = Constant(
    value: 0.80, source: "assumed, with Korthikanti et al., arXiv 2205.05198, table 4")
  /// Seconds in which a framework sends a kernel on its way.
  let dispatch = Constant(value: 6e-6, source: "assumed: an op of eager PyTorch takes 5 to 10 µs")

  /// Seconds that an op takes longer where the host waits for each kernel: launch, synchronisation
  /// and what the framework does before it sends the next, of all kernels that an op stands for.
  let roundTrip = Constant(
    value: 1.1e-4,
    source: "bigscience-workshop/bigscience, chronicles-prequel.md, lines 607 to 609: one model in "
      + "micro-batches of 1, 2 and 4")
  /// Rate of products whose sizes are not all multiples of 64 elements, 128 bytes: of 32, 16 and 8,
  /// and of less.
  let misaligned = [
    Constant(value: 0.95, source: Self.alignment), Constant(value: 0.9, source: Self.alignment),
    Constant(value: 0.6, source: Self.alignment), Constant(value: 0.25, source: Self.alignment),
  ]

  private static let alignment =
    "NVIDIA, Matrix Multiplication Background: multiples of 128 bytes on A100; by how much from "
    + "BLOOM's sweep, section \"Choosing the fastest 3D Topology\""

  /// Share of a node's own links that collectives reach.
  let nodeLinks = Constant(
    value: 0.78, source: "NVIDIA/nccl-tests: 235 of 300 GB/s on eight A100 of a DGX")
  /// Share of a network's ports that messages reach.
  let network = Constant(
    value: 0.85, source: "assumed: nccl-tests reach 0.9 on two nodes, and less on many")
  /// By how much a message that passes while products run slows them down, as a share of its time.
  let contention = Constant(
    value: 0.2, source: "assumed: NCCL's kernels take 16 to 24 of 108 multiprocessors")
}
