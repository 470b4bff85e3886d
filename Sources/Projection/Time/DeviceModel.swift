import Catalogue
import Instrument

/// How long a kernel takes on a device.
///
/// A product is cut into tiles, of which each multiprocessor does one at a time: it takes as many
/// rounds as there are tiles for each multiprocessor, rounded up. What is no product is bound by the
/// memory.
struct DeviceModel: Sendable {
  let device: Device
  let kernels: KernelSet
  let calibration = Calibration()

  /// Seconds of a kernel, by what bounds it.
  struct Cost: Sendable, Equatable {
    var products = 0.0
    var attention = 0.0
    var elementwise = 0.0

    var total: Double { products + attention + elementwise }

    static func + (left: Cost, right: Cost) -> Cost {
      Cost(
        products: left.products + right.products, attention: left.attention + right.attention,
        elementwise: left.elementwise + right.elementwise)
    }

    static func * (cost: Cost, times: Double) -> Cost {
      Cost(
        products: cost.products * times, attention: cost.attention * times,
        elementwise: cost.elementwise * times)
    }
  }

  /// Peak rate of dense products of a format, in FLOP/s; in 16 bits of either form where the device
  /// has but one.
  func peak(_ precision: Precision) -> Double {
    let format: Device.Format =
      switch precision {
      case .bf16: device.denseTFLOPS[.bf16] == nil ? .fp16 : .bf16
      case .fp16: .fp16
      case .int8: .int8
      case .fp32, .int32, .int64: .fp32
      }
    return device.peak(format) ?? device.peak(.fp32) ?? 1e12
  }

  /// What the fastest product reaches, in FLOP/s.
  func best(_ precision: Precision) -> Double {
    let share = calibration.sustained.value * kernels.speed
    guard precision.width == 2, let best = device.bestProductTFLOPS else {
      return peak(precision) * calibration.bestProduct.value * share
    }
    return best * 1e12 * share
  }

  /// Bytes per second of the device's memory.
  var bandwidth: Double { device.memory.bandwidthGBps * 1e9 }

  /// The time of one call.
  func cost(_ kernel: Kernel) -> Cost {
    switch kernel.operation {
    case .matrixProduct, .groupedProduct:
      guard let sizes = kernel.product else { return elementwise(kernel.touchedBytes) }
      return Cost(products: seconds(sizes))
    case .attention, .attentionBackward, .flashAttention, .flashAttentionBackward:
      guard let sizes = kernel.product else { return elementwise(kernel.touchedBytes) }
      return attention(kernel, sizes)
    default:
      let share = kernels.share(of: kernel.operation)
      return share == 0 ? Cost() : elementwise(Int(Double(kernel.touchedBytes) * share))
    }
  }

  /// A pass over so many bytes.
  func elementwise(_ bytes: Int) -> Cost {
    Cost(elementwise: passSeconds(bytes) + calibration.launch.value)
  }

  /// Seconds in which an elementwise kernel reads and writes so many bytes.
  func passSeconds(_ bytes: Int) -> Double {
    Double(bytes) / (bandwidth * calibration.elementwiseBandwidth.value)
  }
}
