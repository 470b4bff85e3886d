/// The machine that a run was made on.
public enum Processor {
  /// The name of the CPU.
  public static let name = SystemFile.value(of: "model name", in: "/proc/cpuinfo") ?? "unknown"

  /// The rate of a large matrix product on all cores, in FLOP/s: the median of several passes,
  /// because rates on shared machines jump.
  ///
  /// - Parameters:
  ///   - size: rows and columns of the operands.
  ///   - passes: how often it is timed.
  /// - Throws: `MissingComponent` where OpenBLAS is not installed.
  public static func productPeak(size: Int = 1024, passes: Int = 7) throws(MissingComponent)
    -> Double
  {
    let engine = try Engine(expecting: 12 * size * size, ledger: Ledger(isRecording: false))
    let a = engine.make(size, size, .temporary, .activationGradient)
    let b = engine.make(size, size, .temporary, .activationGradient)
    let c = engine.make(size, size, .temporary, .activationGradient)
    engine.fill(a, with: 1)
    engine.fill(b, with: 1)
    engine.linear(into: c, a, weight: b)
    let seconds = (0..<passes).map { _ in
      ContinuousClock().measure { engine.linear(into: c, a, weight: b) }.seconds
    }
    return Double(2 * size * size * size) / seconds.sorted()[passes / 2]
  }
}
