import Catalogue
import Instrument
import Transformer

/// Everything measured once, shortly one after the other.
struct Round {
  /// Rate of a large matrix product, in FLOP/s.
  let peak: Double
  let assay: StepSpeed
  /// The same without a ledger.
  let untracked: StepSpeed
  /// Seconds of a dry step, which does nothing but keep account.
  let dryStep: Double
  /// Seconds of a step of PyTorch.
  let best: Double?
  let plain: Double?
  /// Tokens of a step.
  let tokens: Double

  init(_ model: BenchModel, batch: Int, sequence: Int, _ peer: Peer?) throws {
    let shape = try ModelShape(named: model.preset)
    var recipe = Recipe()
    recipe.batch = batch
    recipe.sequence = sequence
    recipe.convention = .lean
    recipe.attention = .flash
    tokens = Double(batch * sequence)
    let before = try Processor.productPeak(size: 2048)
    let expected = try Measurement.peakBytes(shape, recipe)
    assay = try StepSpeed(shape, recipe, on: Engine(expecting: expected))
    // On a shared machine rates jump: what is near the step in time is what it can be compared with,
    // and the better of two is nearer to a peak.
    peak = max(before, try Processor.productPeak(size: 2048))
    untracked = try StepSpeed(
      shape, recipe, on: Engine(expecting: expected, ledger: Ledger(isRecording: false)))
    dryStep = try StepSpeed(shape, recipe, on: Engine(dry: Ledger())).step
    let sizes = try model.peerArguments()
    best = peer?.seconds(sizes, batch: batch, sequence: sequence, mode: "best")
    plain = peer?.seconds(sizes, batch: batch, sequence: sequence, mode: "plain")
  }
}

/// The speed of a training step.
struct StepSpeed {
  /// Seconds, the median over the steps.
  let step: Double
  /// Share of the cores' time spent inside matrix products.
  let productShare: Double
  /// FLOPs of matrix products that a step runs.
  let productFLOPs: Double

  /// Steps that are timed, after one that is not.
  private static let steps = 5

  init(_ shape: ModelShape, _ recipe: Recipe, on engine: Engine) throws {
    var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
    _ = training.step()
    var times: [(step: Double, share: Double)] = []
    for _ in 0..<Self.steps {
      let before = engine.productSeconds
      let seconds = ContinuousClock().measure { _ = training.step() }.seconds
      let products = (engine.productSeconds - before) / Double(Parallel.threads)
      times.append((seconds, products / seconds))
    }
    times.sort { $0.step < $1.step }
    step = times[Self.steps / 2].step
    productShare = times[Self.steps / 2].share
    let work = engine.work
    let flops = work[.forward].matmul + work[.backward].matmul + work[.recompute].matmul
    productFLOPs = Double(flops) / Double(Self.steps + 1)
  }
}
