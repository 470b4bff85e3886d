import Catalogue
import Instrument

extension Measurement {
  /// Runs a recipe and accounts for it.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained.
  ///   - dry: account without computing.
  ///   - ledger: the account to keep, for those who want more of it than the measurement tells.
  ///   - progress: called after each update with its number and loss.
  /// - Throws: `InputError` for a recipe that the model or the machine cannot run, and
  ///   `MissingComponent` where OpenBLAS is not installed.
  public static func run(
    _ shape: ModelShape, _ recipe: Recipe, dry: Bool, ledger: Ledger = Ledger(),
    progress: (_ step: Int, _ loss: Double?) -> Void = { _, _ in }
  ) throws -> Measurement {
    try recipe.validate(for: shape)
    let corpus = try Corpus(for: recipe, shape)
    if dry {
      let engine = Engine(dry: ledger)
      return account(shape, recipe, corpus, on: engine, progress)
    }
    let needed = try requireFit(shape, recipe)
    let machine = try Machine.prepare()
    let engine = try Engine(expecting: needed, ledger: ledger)
    return account(shape, recipe, corpus, on: engine, machine: machine, progress)
  }

  /// What is known of the machine before a run.
  struct Machine {
    let blas: BLAS
    let peak: Double
    let residentBytes: Int?

    /// Measures the peak, which also makes OpenBLAS allocate its buffers before residency is read.
    static func prepare() throws(MissingComponent) -> Machine {
      let blas = try BLAS.load()
      let peak = try Processor.productPeak()
      return Machine(blas: blas, peak: peak, residentBytes: SystemMemory.residentBytes)
    }
  }

  static func account(
    _ shape: ModelShape, _ recipe: Recipe, _ corpus: Corpus, on engine: Engine,
    machine: Machine? = nil, _ progress: (Int, Double?) -> Void
  ) -> Measurement {
    let trace = trace(shape, recipe, corpus, on: engine, progress)
    let ledger = engine.ledger
    let resident = trace.residentBytes
    let witness = resident.flatMap { after in
      machine?.residentBytes.map { Witness(measured: after - $0, ledger: ledger.peak.total) }
    }
    return Measurement(
      mode: engine.isReal ? .real : .dry,
      model: Model(shape, ledger, precision: engine.formats.parameter), recipe: recipe,
      bytes: Bytes(ledger, trace.afterForward, witness),
      flops: FLOPs(engine.work, steps: recipe.steps),
      operations: Operation.list(engine.work, steps: recipe.steps),
      seconds: engine.isReal
        ? Seconds(trace.steps, recipe, replicas: engine.rank.layout.data) : nil,
      loss: engine.isReal ? trace.losses.map { $0.isFinite ? $0 : nil } : nil,
      expertLoads: ExpertLoad.list(engine), events: ledger.events.count,
      environment: Environment(
        cpu: Processor.name, threads: Parallel.threads, blas: machine?.blas.version ?? "",
        blasCore: machine?.blas.core ?? "", gemmPeakGFLOPS: (machine?.peak ?? 0) / 1e9,
        residentBytes: resident ?? 0))
  }

  /// What is noted while the run is under way.
  private struct Trace {
    var afterForward = Training.AfterForward()
    var losses: [Double] = []
    var steps: [StepTime] = []
    var residentBytes: Int?
  }

  /// Runs all updates; everything is freed when it returns.
  private static func trace(
    _ shape: ModelShape, _ recipe: Recipe, _ corpus: Corpus, on engine: Engine,
    _ progress: (Int, Double?) -> Void
  ) -> Trace {
    var trace = Trace()
    var training = Training(shape, recipe, corpus, on: engine)
    for step in 1...recipe.steps {
      let before = (training.duration, engine.productSeconds)
      let outcome = training.step()
      trace.steps.append(
        StepTime(
          before: before.0, after: training.duration,
          productSeconds: engine.productSeconds - before.1))
      if let loss = outcome.loss { trace.losses.append(loss) }
      progress(step, outcome.loss)
    }
    trace.afterForward = training.afterForward
    trace.residentBytes = engine.isReal ? SystemMemory.residentBytes : nil
    return trace
  }
}

/// Wall time of one update.
struct StepTime {
  let forward: Double
  let backward: Double
  let optimizer: Double
  let productSeconds: Double

  init(before: [Phase: Duration], after: [Phase: Duration], productSeconds: Double) {
    func seconds(_ phase: Phase) -> Double {
      ((after[phase] ?? .zero) - (before[phase] ?? .zero)).seconds
    }
    forward = seconds(.forward)
    backward = seconds(.backward)
    optimizer = seconds(.optimizer)
    self.productSeconds = productSeconds
  }

  var total: Double { forward + backward + optimizer }
}
