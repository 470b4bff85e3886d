extension Recipe {
  /// Checks the recipe by itself and against the model.
  ///
  /// - Throws: `InputError` that names the option.
  public func validate(for shape: ModelShape) throws(InputError) {
    try requireCounts()
    try requireNumbers()
    guard sequence <= shape.positions else {
      throw InputError(
        "--sequence", found: "\(sequence)",
        expected: "at most \(shape.positions), the positions of \(shape.name)")
    }
    try requirePrefix(shape)
    try requireCapacity(shape)
    guard !(precision == .bf16Pure && convention.castsWeights) else {
      throw InputError(
        "--precision", found: "bf16-pure with --convention \(convention.name)",
        expected: "fp32, bf16 or fp16: autocast keeps weights of 32 bits")
    }
    if text != nil, shape.vocabulary < 256 {
      throw InputError(
        "--text", found: "a model with a vocabulary of \(shape.vocabulary)",
        expected: "at least 256, one token for each byte")
    }
    try requireCountable(shape)
    try requireEventsInMemory(shape)
  }

  private func requireCounts() throws(InputError) {
    let counts = [
      ("--batch", batch), ("--sequence", sequence), ("--steps", steps),
      ("--accumulate", accumulate),
    ]
    for (option, value) in counts where value < 1 {
      throw InputError(option, found: "\(value)", expected: "a positive integer")
    }
    for (option, value) in counts where value > ModelShape.largestSize {
      throw InputError(option, found: "\(value)", expected: "at most \(ModelShape.largestSize)")
    }
  }

  private func requirePrefix(_ shape: ModelShape) throws(InputError) {
    guard let prefix else { return }
    guard !shape.hasEncoder else {
      throw InputError(
        "--prefix", found: "\(prefix) for \(shape.name), whose encoder reads the prefix",
        expected: "a decoder without an encoder, such as gpt2")
    }
    guard shape.architecture.mask == .causal else {
      throw InputError(
        "--prefix", found: "\(prefix) for \(shape.name), whose attention is not causal",
        expected: "a decoder that sees all tokens before its own, such as gpt2")
    }
    guard prefix >= 1, prefix <= sequence else {
      throw InputError(
        "--prefix", found: "\(prefix)",
        expected: "a positive integer, at most \(sequence), the tokens of a sequence")
    }
  }

  private func requireCapacity(_ shape: ModelShape) throws(InputError) {
    guard let capacityFactor else { return }
    guard shape.architecture.experts != nil else {
      throw InputError(
        "--capacity-factor", found: "\(capacityFactor) for \(shape.name), which has no experts",
        expected: "a mixture of experts, such as mixtral-8x7b")
    }
    guard capacityFactor > 0, capacityFactor.isFinite else {
      throw InputError(
        "--capacity-factor", found: "\(capacityFactor)",
        expected: "a positive number, such as 1 for even shares")
    }
  }

  private func requireNumbers() throws(InputError) {
    guard dropout >= 0, dropout < 1 else {
      throw InputError("--dropout", found: "\(dropout)", expected: "a probability in [0, 1)")
    }
    guard learningRate.isFinite, learningRate >= 0 else {
      throw InputError(
        "--learning-rate", found: "\(learningRate)", expected: "a number from 0 up, such as 3e-4")
    }
  }

  /// Counts of FLOPs and of bytes touched must stay within 64 bits.
  private func requireCountable(_ shape: ModelShape) throws(InputError) {
    let (width, inner) = (Double(shape.hidden), Double(shape.feedForward))
    let heads = Double(shape.heads)
    // Above what any op counts: 8 FLOPs for a parameter and token (forward, recomputed and
    // backward), and 16 operands of 4 bytes for an element.
    let ofToken =
      8 * shape.approximateParameters + 64 * Double(shape.vocabulary)
      + Double(2 * shape.layers + shape.encoderLayers)
      * (Double(sequence) * (16 * width + 64 * heads) + 64 * (width + inner))
    let ofBatch = ofToken * Double(sequence) * Double(steps) * Double(accumulate)
    let most = (0x1p62 / ofBatch).rounded(.down)
    guard Double(batch) > most else { return }
    throw InputError(
      "--batch", found: "\(batch), with which a run's FLOPs do not fit 64 bits",
      expected: most < 1 ? "a smaller run; not even 1 fits" : "at most \(Int(most))")
  }

  /// The ledger keeps every event, a few hundred for a block and pass of it.
  private func requireEventsInMemory(_ shape: ModelShape) throws(InputError) {
    let mostBlocks = 200_000
    let layers = shape.layers + shape.encoderLayers
    let passes = mostBlocks / layers
    guard accumulate <= passes else {
      throw InputError(
        "--accumulate", found: "\(accumulate)",
        expected: "at most \(passes) with \(layers) layers, as every event is kept")
    }
    guard steps <= passes / accumulate else {
      throw InputError(
        "--steps", found: "\(steps)",
        expected: "at most \(passes / accumulate) with \(layers) layers and "
          + "--accumulate \(accumulate), as every event is kept")
    }
  }
}
