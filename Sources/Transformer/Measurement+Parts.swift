import Catalogue
import Instrument

extension Measurement.Model {
  /// - Parameter precision: the format of the weights.
  init(_ shape: ModelShape, _ ledger: Ledger, precision: Precision) {
    name = shape.name
    family = shape.family
    layers = shape.layers
    encoderLayers = shape.hasEncoder ? shape.encoderLayers : nil
    hidden = shape.hidden
    heads = shape.heads
    kvHeads = shape.kvHeads
    headDimension = shape.headDimension
    feedForward = shape.feedForward
    vocabulary = shape.vocabulary
    positions = shape.positions
    parameters = ledger.highest[.parameter, default: 0] / precision.width
    activeParameters = parameters - Self.idleParameters(shape, ledger)
    experts = shape.architecture.experts?.count
    expertsPerToken = shape.architecture.experts?.perToken
  }

  /// Weights of the experts that a token is not sent to.
  private static func idleParameters(_ shape: ModelShape, _ ledger: Ledger) -> Int {
    guard let experts = shape.architecture.experts else { return 0 }
    let all = ledger.events.reduce(0) { sum, event in
      let isWeight = event.kind == .allocate && event.category == .parameter
      return isWeight && event.role.isOfExperts ? sum + event.bytes / event.precision.width : sum
    }
    return all / experts.count * (experts.count - experts.perToken)
  }
}

extension Measurement.ExpertLoad {
  /// The loads of all blocks, in order; nil where there are no experts.
  static func list(_ engine: Engine) -> [Measurement.ExpertLoad]? {
    guard !engine.expertLoads.isEmpty else { return nil }
    return engine.expertLoads.sorted { $0.key < $1.key }.map {
      Measurement.ExpertLoad(path: engine.ledger.path($0.key), rows: $0.value)
    }
  }
}

extension Measurement.Bytes {
  init(
    _ ledger: Ledger, _ afterForward: Training.AfterForward, _ witness: Measurement.Witness?
  ) {
    parameter = ledger.highest[.parameter, default: 0]
    gradient = ledger.highest[.gradient, default: 0]
    optimizerState = ledger.highest[.optimizerState, default: 0]
    savedForBackward = afterForward.savedForBackward
    let saved = ledger.alive(after: afterForward.sequence).filter { $0.category == .activation }
    savedByRole = Self.byRole(saved)
    savedByPlace = Measurement.PlaceBytes.list(saved, ledger)
    peak = Measurement.Peak(ledger)
    peakByPhase = Dictionary(
      uniqueKeysWithValues: ledger.peakByPhase.map { ($0.key.rawValue, $0.value) })
    leaked = ledger.total
    self.witness = witness
  }

  private static func byRole(_ entries: [Ledger.Entry]) -> [Measurement.RoleBytes] {
    Dictionary(grouping: entries, by: \.role)
      .map { role, entries in
        Measurement.RoleBytes(
          role: role, bytes: entries.reduce(0) { $0 + $1.bytes }, tensors: entries.count)
      }
      .sorted { ($0.bytes, $1.role.rawValue) > ($1.bytes, $0.role.rawValue) }
  }
}

extension Measurement.Peak {
  /// How many of the largest tensors are named.
  private static let named = 12

  init(_ ledger: Ledger) {
    let peak = ledger.peak
    func bytes(_ category: Category) -> Int { peak.byCategory[category, default: 0] }
    total = peak.total
    phase = peak.phase
    path = ledger.path(peak.scope, peak.role)
    parameter = bytes(.parameter)
    gradient = bytes(.gradient)
    optimizerState = bytes(.optimizerState)
    activation = bytes(.activation)
    temporary = bytes(.temporary)
    input = bytes(.input)
    kvCache = bytes(.kvCache)
    let alive = ledger.aliveAtPeak()
    tensors = alive.prefix(Self.named).map {
      Measurement.NamedBytes(path: $0.path, category: $0.entry.category, bytes: $0.entry.bytes)
    }
    byPlace = Measurement.PlaceBytes.list(alive.map(\.entry), ledger)
  }
}

extension Measurement.FLOPs {
  /// Work of one update out of several equal ones; what loading costs is not part of it.
  init(_ work: Work, steps: Int) {
    func passes(_ count: (Work.Account) -> Int) -> Measurement.Passes {
      Measurement.Passes(
        forward: count(work[.forward]) / steps, backward: count(work[.backward]) / steps,
        recompute: count(work[.recompute]) / steps)
    }
    matmul = passes(\.matmul)
    matmulDense = passes(\.matmulDense)
    let other = passes(\.elementwise)
    elementwise = Measurement.Elementwise(
      forward: other.forward, backward: other.backward, recompute: other.recompute,
      optimizer: work[.optimizer].elementwise / steps)
  }
}

extension Measurement.Operation {
  /// The ops of one update out of several equal ones, stage by stage.
  static func list(_ work: Work, steps: Int) -> [Measurement.Operation] {
    Work.Stage.allCases.flatMap { stage in
      Instrument.Operation.allCases.compactMap { operation in
        work[stage].operations[operation].map { account in
          Measurement.Operation(
            operation: operation, stage: stage, calls: account.calls / steps,
            matmul: account.matmul / steps, elementwise: account.elementwise / steps,
            touchedBytes: account.touchedBytes / steps)
        }
      }
    }
  }
}

extension Measurement.Seconds {
  /// The medians of several updates.
  init(_ times: [StepTime], _ recipe: Recipe, replicas: Int) {
    func median(_ value: (StepTime) -> Double) -> Double {
      times.map(value).sorted()[times.count / 2]
    }
    forward = median(\.forward)
    backward = median(\.backward)
    optimizer = median(\.optimizer)
    step = median(\.total)
    let sequences = recipe.batch * recipe.accumulate * replicas
    tokensPerSecond = Double(sequences * recipe.sequence) / step
    productShare = median { $0.productSeconds / ($0.total * Double(Parallel.threads)) }
  }
}
