/// Runs a training step of a model and accounts for every byte and every FLOP of it, as
/// `assay measure` does.
///
/// The run is dry unless you ask for another: the same program goes through the same ops, allocates
/// and releases the same tensors and does no arithmetic. Its account is that of a run that computes,
/// event by event, and takes milliseconds for a model of any size.
///
/// - Parameters:
///   - model: a preset (`Preset.all`), or the path of a Hugging Face `config.json`.
///   - recipe: how it is trained; in fp32 with AdamW, and the tensors that eager PyTorch keeps,
///     where it says nothing else.
///   - dry: whether to account without computing.
/// - Returns: bytes and FLOPs; of a run that computes, losses and seconds, too.
/// - Throws: `InputError` for a model that there is not, or a recipe that it cannot run, and
///   `MissingComponent` for a run that computes where OpenBLAS is not installed.
public func measure(
  _ model: String, _ recipe: Recipe = Recipe(), dry: Bool = true
) throws -> Transformer.Measurement {
  try measure(ModelShape(named: model), recipe, dry: dry)
}

/// Runs a training step of a model of any sizes, and accounts for it.
///
/// - Parameters:
///   - shape: the sizes and choices that make the model.
///   - recipe: how it is trained.
///   - dry: whether to account without computing.
/// - Returns: bytes and FLOPs; of a run that computes, losses and seconds, too.
/// - Throws: `InputError` for a recipe that the model cannot run, and `MissingComponent` for a run
///   that computes where OpenBLAS is not installed.
public func measure(
  _ shape: ModelShape, _ recipe: Recipe = Recipe(), dry: Bool = true
) throws -> Transformer.Measurement {
  try Measurement.run(shape, recipe, dry: dry)
}
