import Catalogue
import Instrument

extension DeviceModel {
  /// Attention of all heads, `sizes` those of queries times keys.
  func attention(_ kernel: Kernel, _ sizes: Kernel.Sizes) -> Cost {
    switch kernel.operation {
    case .attention: dense(sizes, [scores(sizes), weighted(sizes)], isForward: true)
    case .attentionBackward:
      // dV and dK sum over the queries, dP is of the form of the scores, dQ of the context.
      dense(
        sizes, [transposed(sizes), scores(sizes), weighted(sizes), transposed(sizes)],
        isForward: false)
    default: tiled(kernel, sizes)
    }
  }

  /// Copies of what attention works on, of the size of all queries.
  private func copies(_ sizes: Kernel.Sizes, isForward: Bool, isTiled: Bool) -> Cost {
    let copies = kernels.copies
    let passes =
      isForward ? copies.forward + (isTiled ? copies.packing : 0) : copies.backward
    let bytes = sizes.count * sizes.m * sizes.k * sizes.precision.width
    return Cost(elementwise: passSeconds(passes * bytes))
  }

  private func scores(_ sizes: Kernel.Sizes) -> Kernel.Sizes { sizes }

  private func weighted(_ sizes: Kernel.Sizes) -> Kernel.Sizes {
    Kernel.Sizes(
      m: sizes.m, n: sizes.k, k: sizes.n, count: sizes.count, precision: sizes.precision)
  }

  private func transposed(_ sizes: Kernel.Sizes) -> Kernel.Sizes {
    Kernel.Sizes(
      m: sizes.n, n: sizes.k, k: sizes.m, count: sizes.count, precision: sizes.precision)
  }

  private func dense(
    _ sizes: Kernel.Sizes, _ products: [Kernel.Sizes], isForward: Bool
  ) -> Cost {
    let pairs = sizes.count * sizes.m * sizes.n
    let passes = kernels.scorePasses(isForward: isForward, drops: sizes.drops)
    let bytes = pairs * (passes.elements * sizes.precision.width + passes.masks)
    let products = products.reduce(0) { $0 + seconds($1) }
    let attention = Cost(
      attention: products + passSeconds(bytes) + Double(passes.kernels) * calibration.launch.value)
    return attention + copies(sizes, isForward: isForward, isTiled: false)
  }

  /// Tiled attention: a row of tiles for each block of queries of each head, many at once; when the
  /// last and longest run, most multiprocessors have ended.
  private func tiled(_ kernel: Kernel, _ sizes: Kernel.Sizes) -> Cost {
    let isForward = kernel.operation == .flashAttention
    let share = isForward ? calibration.flashForward.value : calibration.flashBackward.value
    let version = kernels.flash == .first ? calibration.flashFirst.value : 1
    // The shares hold for heads of 128; a softmax weighs more on smaller ones.
    let padded = kernels.flash.padded(sizes.k)
    let (d, softmax) = (Double(padded), calibration.flashSoftmax.value)
    let head = d / (d + softmax) * (128 + softmax) / 128
    let rate = best(sizes.precision) * share * version * head
    let products = isForward ? 2.0 : 5.0
    let longest = 2 * products * Double(Self.block * sizes.n) * d
    let tail = longest / (rate / Double(device.multiprocessors)) * calibration.flashTail.value
    let launches = Double(isForward ? 1 : 3) * calibration.launch.value
    let sums = Double(kernel.matmul) * d / Double(sizes.k) / rate
    return Cost(attention: sums + tail + launches)
      + copies(sizes, isForward: isForward, isTiled: true)
  }

  /// Queries of a row of tiles.
  private static let block = 128
}

extension KernelSet.Flash {
  /// Elements of a head as the kernels have them, of which there is one for each of some sizes
  /// (Dao-AILab/flash-attention, csrc: of the first version 32, 64 and 128).
  func padded(_ elements: Int) -> Int {
    let sizes = self == .first ? [32, 64, 128] : [32, 64, 96, 128, 160, 192, 224, 256]
    return sizes.first { $0 >= elements } ?? elements
  }
}

extension KernelSet {
  /// How often the scores are read and written between the products of dense attention.
  struct ScorePasses {
    /// Reads and writes of numbers.
    var elements: Int
    /// Reads and writes of dropout's mask, a byte each.
    var masks: Int
    var kernels: Int
  }

  /// Softmax reads and writes the scores, its gradient reads two and writes one; dropout reads and
  /// writes them, and a mask. Unfused, scale and mask take two passes more.
  func scorePasses(isForward: Bool, drops: Bool) -> ScorePasses {
    var passes = ScorePasses(elements: isForward ? 2 : 3, masks: 0, kernels: 1)
    if !fusesElementwise {
      passes.elements += 4
      passes.kernels += 2
    }
    if drops {
      passes.elements += 2
      passes.masks += 1
      passes.kernels += 1
    }
    return passes
  }

  /// How much of the bytes that an op touches pass by the memory. A bias is added by the product
  /// before it, as cuBLAS allows; fused kernels read nothing twice.
  func share(of operation: Operation) -> Double {
    switch operation {
    case .addBias: 0
    case .dropoutMask: 0
    // In and out, with bias and the mask between: two passes of three.
    case .biasGELU, .biasReLU, .biasSiLU: fusesElementwise ? 2.0 / 3 : 1
    // Fused with the addition that follows: the branch and the mask, of two passes and the mask.
    case .applyDropout: fusesElementwise ? 0.6 : 1
    case .add: fusesElementwise ? 2.0 / 3 : 1
    // Branch and bias to a sum, sum and stream to another: five passes of three.
    case .addBiasAndResidual: addsBiasesApart ? 5.0 / 3 : 1
    // The gradients of weight and bias are made in a second pass over input and gradient.
    case .layerNormBackward: 5.0 / 3
    // Llama's own code: 36 bytes for each element of 16 bits, of which the program touches four, as
    // the input is converted, squared, averaged, scaled, converted and multiplied one by one; its
    // gradients take 60, of which the program touches eight (meta-llama/llama, model.py, RMSNorm).
    case .rmsNorm: fusesElementwise ? 1 : 9
    case .rmsNormBackward: fusesElementwise ? 5.0 / 3 : 7.5
    // Converted, turned as complex numbers of 32 bits, and converted back: 20 bytes of four (ibid.,
    // apply_rotary_emb).
    case .rotary, .rotaryBackward: fusesElementwise ? 1 : 5
    // A chain of passes over the logits in 32 bits, where the program has two each way: Megatron-LM,
    // `cross_entropy.py`, besides its copies; PyTorch's conversion, log-softmax and their gradients.
    case .crossEntropy: fusesElementwise ? 8.0 / 2 : 3.5 / 2
    case .crossEntropyBackward: fusesElementwise ? 1 : 5.5 / 2
    default: 1
    }
  }
}
