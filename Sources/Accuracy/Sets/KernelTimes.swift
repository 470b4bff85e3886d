import Catalogue
import Projection

/// SimuMax's measurements of single kernels on an A100 PCIe, most of which the device model was
/// calibrated on.
struct KernelTimes: DataSet {
  let title = "Kernels of an A100 PCIe"
  let file = "a100_pcie_op_efficiency_simumax.csv"
  let about = """
    MooreThreads/SimuMax, configs/system/a100_pcie.json: efficiencies of matrix products and tiled \
    attention, as shares of 312 TFLOP/s, attention counted dense; the seconds that follow. Products \
    and attention with heads of 128 are what the device model was calibrated on; grouped products \
    are not. Heads of 192 and 128 elements at once are not predicted.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    let time = KernelTime(on: try Device(named: "a100-80gb-pcie"))
    return try CSVFile(path).outcomes { row in
      let kernel: Timed?
      switch row.text("op") {
      case "matmul": kernel = try product(row, time)
      case "group_matmul": kernel = try groupedProduct(row, time)
      default: kernel = try attention(row, time)
      }
      return try kernel.map { kernel in
        Comparison(
          row: kernel.name, quantity: .kernel, predicted: kernel.seconds,
          measured: kernel.flops / (try row.required("effective_tflops") * 1e12), use: kernel.use,
          source: "MooreThreads/SimuMax, configs/system/a100_pcie.json")
      }
    }
  }

  /// A kernel with its predicted time, and the FLOPs that its rate was reckoned with.
  private struct Timed {
    let name: String
    let seconds: Double
    let flops: Double
    var use = Comparison.Use.calibration
  }

  private func product(_ row: CSVFile.Row, _ time: KernelTime) throws -> Timed {
    let (m, k, n) = try sizes(row)
    let accumulates = row.text("accumulate") == "True"
    return Timed(
      name: "\(m) × \(k) × \(n)\(accumulates ? ", added up" : "")",
      seconds: time.product(m: m, n: n, k: k, accumulates: accumulates),
      flops: 2 * Double(m * n * k))
  }

  /// The sizes are those of forward; gradients are products of the same three in other places.
  private func groupedProduct(_ row: CSVFile.Row, _ time: KernelTime) throws -> Timed {
    let (m, k, n) = try sizes(row)
    let groups = try row.requiredInteger("n_groups")
    let stage = row.text("stage")
    let seconds =
      switch stage {
      case "bwd_grad_act": time.product(m: m, n: k, k: n, count: groups)
      case "bwd_grad_w": time.product(m: k, n: n, k: m, count: groups, accumulates: true)
      default: time.product(m: m, n: n, k: k, count: groups)
      }
    return Timed(
      name: "\(groups) of \(m) × \(k) × \(n), \(stage)", seconds: seconds,
      flops: 2 * Double(groups * m * n * k), use: .check)
  }

  private func attention(_ row: CSVFile.Row, _ time: KernelTime) throws -> Timed? {
    let dimension = try row.requiredInteger("qk_head_dim")
    guard dimension == row.integer("v_head_dim") else { return nil }
    let (sequence, heads) = try (row.requiredInteger("seq_len"), row.requiredInteger("heads"))
    let isForward = row.text("op") == "sdp_fwd"
    let kvHeads = try row.requiredInteger("kv_heads")
    let products = isForward ? 2 : 5
    return Timed(
      name: "attention \(isForward ? "forward" : "backward"), \(heads) heads of \(kvHeads)",
      seconds: time.attention(
        sequence: sequence, heads: heads, dimension: dimension, isForward: isForward),
      flops: Double(2 * products * sequence * sequence * dimension * heads))
  }

  private func sizes(_ row: CSVFile.Row) throws -> (m: Int, k: Int, n: Int) {
    try (row.requiredInteger("m"), row.requiredInteger("k"), row.requiredInteger("n"))
  }
}
