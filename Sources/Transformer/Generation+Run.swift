import Catalogue
import Instrument

extension Generation {
  /// Reads a prompt, generates tokens, each the likeliest, and accounts for both.
  ///
  /// - Parameters:
  ///   - shape: the model, with initial weights.
  ///   - request: what is asked for.
  ///   - dry: account without computing.
  ///   - progress: called after each token with its number.
  /// - Throws: `InputError` for a request that the model or the machine cannot serve, and
  ///   `MissingComponent` where OpenBLAS is not installed.
  public static func run(
    _ shape: ModelShape, _ request: Request, dry: Bool,
    progress: (_ token: Int) -> Void = { _ in }
  ) throws -> Generation {
    try request.validate(for: shape)
    let corpus = try request.corpus(shape)
    let account = Engine(dry: Ledger())
    let dryRun = generate(shape, request, nil, on: account, { _ in })
    guard !dry else { return Generation(shape, request, dryRun, account) }
    let needed = account.ledger.peak.total
    if let available = SystemMemory.availableBytes, needed > available {
      throw InputError(
        "--batch",
        found: "\(request.batch), for which \(shape.name) needs \(needed) bytes where "
          + "\(available) are available",
        expected: "a smaller batch, prompt or model, or --dry")
    }
    let engine = try Engine(expecting: needed)
    return Generation(
      shape, request,
      generate(shape, request, request.prompt(from: corpus), on: engine, progress), engine)
  }

  /// What is noted while a run is under way.
  fileprivate struct Trace {
    var tokens: [[Int64]] = []
    var prefillFLOPs = 0
    var prefill = 0.0
    var decode = 0.0
  }

  private static func generate(
    _ shape: ModelShape, _ request: Request, _ prompt: [Int64]?, on engine: Engine,
    _ progress: (Int) -> Void
  ) -> Trace {
    var recipe = Recipe()
    (recipe.batch, recipe.attention, recipe.seed) = (
      request.batch, request.attention, request.seed
    )
    var generator = Generator(
      shape, recipe, request.formats, capacity: request.prompt + request.tokens - 1, on: engine)
    var trace = Trace()
    engine.phase = .forward
    let clock = ContinuousClock()
    var next: [Int64]?
    trace.prefill =
      clock.measure {
        next = engine.largest(generator.read(prompt, count: request.prompt))
      }.seconds
    trace.prefillFLOPs = engine.work[.forward].matmul
    engine.phase = .generate
    var columns = [next]
    trace.decode =
      clock.measure {
        for token in 1..<request.tokens {
          progress(token)
          next = engine.largest(generator.read(next, count: 1))
          columns.append(next)
        }
      }.seconds
    let chosen = columns.compactMap { $0 }
    trace.tokens = engine.isReal ? (0..<request.batch).map { row in chosen.map { $0[row] } } : []
    return trace
  }
}

extension Generation {
  fileprivate init(_ shape: ModelShape, _ request: Request, _ trace: Trace, _ engine: Engine) {
    let ledger = engine.ledger
    mode = engine.isReal ? .real : .dry
    model = ParameterCount(shape).model
    recipe = request
    bytes = Bytes(ledger, request)
    flops = FLOPs(
      prefill: trace.prefillFLOPs, decode: engine.work[.forward].matmul - trace.prefillFLOPs)
    let generated = Double(request.batch * (request.tokens - 1))
    seconds =
      engine.isReal
      ? Seconds(
        prefill: trace.prefill, decode: trace.decode,
        tokensPerSecond: trace.decode > 0 ? generated / trace.decode : 0) : nil
    tokens = engine.isReal ? trace.tokens : nil
    events = ledger.events.count
  }
}

extension Generation.Bytes {
  fileprivate init(_ ledger: Ledger, _ request: Generation.Request) {
    parameter = ledger.highest[.parameter, default: 0]
    kvCache = ledger.highest[.kvCache, default: 0]
    kvCachePerToken = kvCache / (request.batch * (request.prompt + request.tokens - 1))
    peak = Measurement.Peak(ledger)
    peakOfPrefill = ledger.peakByPhase[.forward, default: 0]
    peakOfDecode = ledger.peakByPhase[.generate, default: 0]
    leaked = ledger.total
  }
}

extension Generation.Request {
  /// Checks the request by itself and against the model.
  ///
  /// - Throws: `InputError` that names the option.
  public func validate(for shape: ModelShape) throws(InputError) {
    guard !shape.hasEncoder else {
      throw InputError(
        "model", found: "\(shape.name), whose encoder reads a source first",
        expected: "a decoder without an encoder, such as gpt2")
    }
    guard shape.architecture.mask != .bidirectional else {
      throw InputError(
        "model", found: "\(shape.name), whose tokens see those that follow",
        expected: "a decoder, such as gpt2")
    }
    for (option, value) in [("--prompt", prompt), ("--tokens", tokens)] where value < 1 {
      throw InputError(option, found: "\(value)", expected: "a positive integer")
    }
    guard prompt <= shape.positions, tokens <= shape.positions - prompt + 1 else {
      throw InputError(
        "--prompt", found: "\(prompt), and \(tokens) tokens to be generated",
        expected: "at most \(shape.positions + 1) together: the last token is not read, and "
          + "\(shape.name) has \(shape.positions) positions")
    }
    guard weights == nil || shape.architecture.experts == nil else {
      throw InputError(
        "--weights", found: "\(weights?.rawValue ?? "") for \(shape.name), which has experts",
        expected: "a model without experts, whose weights are the linear layers'")
    }
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.precision, recipe.text) = (
      batch, min(prompt + tokens, shape.positions), precision, text
    )
    // Every token is a pass of its own.
    (recipe.steps, recipe.accumulate) = (1, tokens)
    try recipe.validate(for: shape)
  }

  /// What the prompt is cut from.
  fileprivate func corpus(_ shape: ModelShape) throws(InputError) -> Corpus {
    var recipe = Recipe()
    (recipe.sequence, recipe.seed, recipe.text) = (prompt, seed, text)
    return try Corpus(for: recipe, shape)
  }

  /// The ids of the prompt, b·n.
  fileprivate func prompt(from corpus: Corpus) -> [Int64] {
    (0..<batch).flatMap { corpus.window($0, count: prompt).prefix(prompt) }
  }
}
