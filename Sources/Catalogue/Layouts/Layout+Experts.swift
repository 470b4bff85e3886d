extension Layout {
  /// Checks how replicas share experts.
  ///
  /// - Throws: `InputError` that names the option.
  func requireExperts(_ shape: ModelShape, _ recipe: Recipe) throws(InputError) {
    guard expert > 1 else { return }
    guard let experts = shape.architecture.experts else {
      throw InputError(
        "--expert", found: "\(expert), for \(shape.name), which has no experts", expected: "1")
    }
    for (count, what) in [(data, "replicas"), (experts.count, "experts of \(shape.name)")]
    where count % expert != 0 {
      throw InputError(
        "--expert", found: "\(expert), which does not divide the \(count) \(what)",
        expected: "a divisor of it")
    }
    // What a rank gets from the others would depend on the data, and with it every byte.
    guard recipe.capacityFactor != nil else {
      throw InputError(
        "--expert", found: "\(expert) with room for as many rows as come",
        expected: "--capacity-factor, such as 1 for even shares")
    }
  }
}
