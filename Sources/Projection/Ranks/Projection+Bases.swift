import Catalogue

extension Projection {
  /// How every figure is known but the terms, each of which says so itself.
  ///
  /// - Parameters:
  ///   - device: what each rank has; nil where none was named.
  ///   - options: what time was projected with.
  ///   - workspace: what the library of matrix products takes.
  static func bases(
    on device: Device?, _ options: TimeOptions, workspace: Holding
  ) -> [FigureBasis] {
    asked + memory(workspace) + (device.map { fit($0) + time(options) } ?? [])
  }

  private static let asked = [
    FigureBasis("model", .derived, "the program's parameters, at the sizes of the model"),
    FigureBasis("recipe", .assumed, "as asked for, or by default"),
    FigureBasis("layout", .assumed, "as asked for, or by default"),
    FigureBasis("remedy", .derived, "the first change whose program fits"),
  ]

  private static let program = "the program of one rank of each stage, run dry"

  private static func memory(_ workspace: Holding) -> [FigureBasis] {
    let allocator = "\(program), by the rules of PyTorch's caching allocator"
    return [
      FigureBasis("ranks.stage", .derived, "the layout"),
      FigureBasis("ranks.bytes", .derived, program),
      FigureBasis("ranks.bytes.workspace", workspace.basis, workspace.source),
      FigureBasis("ranks.bytes.peakAllocated", .derived, allocator),
      FigureBasis("ranks.bytes.peakReserved", .derived, allocator),
      FigureBasis("ranks.communication", .derived, program),
      FigureBasis("communication", .derived, program),
    ]
  }

  private static func fit(_ device: Device) -> [FigureBasis] {
    let capacity =
      device.memory.usableSource ?? "\(device.source), 10⁹ bytes for each GB"
    return [
      FigureBasis("device", .assumed, device.source),
      FigureBasis("fits", .assumed, "headroom"),
      FigureBasis("headroom", .assumed, "peakReserved, and the capacity: \(capacity)"),
      FigureBasis("maxMicrobatch", .assumed, "the program of the fullest stage; \(capacity)"),
      FigureBasis("maxGlobalBatch", .assumed, "maxMicrobatch, replicas and micro-batches"),
    ]
  }

  private static func time(_ options: TimeOptions) -> [FigureBasis] {
    let model = "the terms of the time, each with its source"
    let flops = "the program's FLOPs (derived), the device's peak, and \(model)"
    return [
      FigureBasis("time.iterationSeconds", .assumed, "the sum of \(model)"),
      FigureBasis("time.tokensPerSecondPerDevice", .assumed, model),
      FigureBasis("time.mfu", .assumed, flops), FigureBasis("time.hfu", .assumed, flops),
      FigureBasis("time.bubbleFraction", .assumed, model),
      FigureBasis(
        "time.idealBubbleFraction", .derived,
        "(p−1)/(v·m), Narayanan et al., arXiv 2104.04473, section 2.2"),
      FigureBasis("time.trainingSeconds", .assumed, "the tokens asked for, and \(model)"),
      FigureBasis("time.stages", .assumed, "the kernels and messages of each stage; \(model)"),
      FigureBasis("time.conventions", .assumed, flops),
      FigureBasis("time.conventions.flops", .derived, "the program's FLOPs, counted so"),
      FigureBasis(
        "time.textbook", .assumed,
        "6 or 8·P·D at \(options.utilisation) of the peak (Narayanan et al., arXiv 2104.04473, "
          + "equation 4); 20·P tokens (Hoffmann et al., arXiv 2203.15556, table 3)"),
    ]
  }
}
