import Catalogue
import Instrument
import Testing

@testable import Projection

/// How long kernels and messages take.
@Suite struct DeviceModelTests {
  private func model(_ gpu: String = "a100-80gb", _ kernels: KernelSet = .megatron) throws
    -> DeviceModel
  {
    DeviceModel(device: try Device(named: gpu), kernels: kernels)
  }

  @Test("A tile more than the multiprocessors takes a round more")
  func rounds() throws {
    let model = try model()
    func seconds(tiles: Int) -> Double {
      model.seconds(Kernel.Sizes(m: 256 * tiles, n: 128, k: 1 << 16, precision: .bf16))
    }
    // 108 multiprocessors: 107 and 108 tiles take one round; 216 two, but for what is the same.
    let one = seconds(tiles: 108)
    #expect(abs(seconds(tiles: 107) / one - 1) < 0.01)
    #expect(abs(seconds(tiles: 216) / one - 2) < 0.01)
    // One more is cut into eight sums or smaller tiles, which is better than a round.
    #expect(seconds(tiles: 109) > 1.02 * one && seconds(tiles: 109) < 1.2 * one)
  }

  @Test("No product is faster than the best that was found, and large ones come near")
  func bestProduct() throws {
    let model = try model()
    let sizes = Kernel.Sizes(m: 256 * 108, n: 1280, k: 8192, precision: .bf16)
    let flops = 2.0 * Double(sizes.m * sizes.n * sizes.k)
    let rate = flops / model.seconds(sizes)
    #expect(rate < 271.2e12)
    // 0.956 of it in large tiles, 0.96 of that in a training step, and the depth of a tile.
    #expect(rate > 0.88 * 271.2e12)
  }

  @Test("Rows that do not begin at multiples of 128 bytes make a product slower")
  func alignment() throws {
    let model = try model()
    func seconds(_ n: Int) -> Double {
      model.seconds(Kernel.Sizes(m: 4096, n: n, k: 8192, precision: .fp16))
    }
    #expect(seconds(1800) > 1.2 * seconds(1792))
  }

  @Test("How many rows a product has does not make it slower, as they are as long as before")
  func tokens() throws {
    let model = try model()
    // 616 tokens of each of 40 experts: five tiles of 128 as with 640.
    let odd = Kernel.Sizes(m: 616, n: 3072, k: 5120, count: 40, precision: .bf16)
    let even = Kernel.Sizes(m: 640, n: 3072, k: 5120, count: 40, precision: .bf16)
    #expect(abs(model.seconds(odd) / model.seconds(even) - 1) < 0.01)
  }

  @Test("The first tiled attention has no heads of 80 elements, and takes 128 instead")
  func paddedHeads() throws {
    func seconds(_ kernels: KernelSet, _ elements: Int) throws -> Double {
      let flops = 2 * 2 * 2048 * 2048 * elements * 32
      return try model("a100-40gb", kernels).cost(
        Kernel(
          .flashAttention,
          product: Kernel.Sizes(m: 2048, n: 2048, k: elements, count: 32, precision: .fp16),
          matmul: flops, matmulDense: flops, touchedBytes: 0)
      ).attention
    }
    #expect(try seconds(.pytorch1, 80) == seconds(.pytorch1, 128))
    #expect(try seconds(.pytorch, 80) < seconds(.pytorch, 128))
    #expect(try seconds(.pytorch, 80) == seconds(.pytorch, 96))
  }

  @Test("GPT-NeoX adds biases and packs heads in passes of their own")
  func copies() throws {
    let fused = try model("a100-40gb", .pytorch1)
    let apart = try model("a100-40gb", .gptNeoX)
    let sum = Kernel(.addBiasAndResidual, touchedBytes: 3 << 30)
    let launch = fused.calibration.launch.value
    // Five passes instead of three.
    let ratio = (apart.cost(sum).total - launch) / (fused.cost(sum).total - launch)
    #expect(abs(ratio - 5.0 / 3) < 1e-9)
    let attention = Kernel(
      .flashAttention,
      product: Kernel.Sizes(m: 2048, n: 2048, k: 128, count: 16, precision: .fp16),
      matmul: 1 << 30, matmulDense: 1 << 30, touchedBytes: 0)
    // 16 passes over 16·2048·128 elements of 2 bytes.
    let expected = apart.passSeconds(16 * 16 * 2048 * 128 * 2)
    #expect(apart.cost(attention).elementwise == expected)
    #expect(fused.cost(attention).elementwise == 0)
  }

  @Test("Dense peaks are reckoned with, and a format that a device lacks is another of 16 bits")
  func peaks() throws {
    #expect(try model("a100-80gb").peak(.bf16) == 312e12)
    #expect(try model("h100").peak(.bf16) == 989.5e12)
    #expect(try model("v100").peak(.bf16) == 125e12)
    #expect(try model("b200").peak(.fp16) == 2250e12)
  }

  @Test("An all-reduce in a node passes 2(n−1)/n of the tensor, and steps of latency")
  func ring() throws {
    var layout = Layout()
    layout.tensor = 8
    let cluster = Cluster(device: try Device(named: "a100-80gb"), layout: layout, node: 8)
    let placement = cluster.placement(.tensor, members: 8)
    #expect(placement == Cluster.Placement(members: 8, inNode: 8))
    // 2·7/8·1 GB at 0.78 of 300 GB/s, and 14 steps of 3.4 µs or as many of a tree.
    let expected = 1.75e9 / (0.78 * 300e9) + 14 * 3.4e-6
    let seconds = cluster.seconds(.allReduce, placement, bytes: 1_000_000_000)
    #expect(abs(seconds / expected - 1) < 1e-9)
  }

  @Test("Replicas of what a node shares meet over the network, each with its own port")
  func network() throws {
    var layout = Layout()
    (layout.tensor, layout.data) = (4, 16)
    let cluster = Cluster(device: try Device(named: "a100-80gb"), layout: layout, node: 8)
    let placement = cluster.placement(.data, members: 16)
    // Two of the sixteen share a node, whose rings use two ports of 25 GB/s.
    #expect(placement == Cluster.Placement(members: 16, inNode: 2))
    #expect(cluster.bandwidth(placement) == 0.85 * 25e9 * 2)
  }
}
