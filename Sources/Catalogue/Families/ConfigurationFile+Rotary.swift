extension ConfigurationFile {
  /// How positions turn queries and keys: from `rope_parameters`, as transformers writes it now, or
  /// from the fields that it wrote before. Scaling for long contexts changes angles only, and no
  /// byte or FLOP: it is not read.
  ///
  /// - Parameters:
  ///   - headDimension: d.
  ///   - fraction: the part of a head that is turned, where the file does not say.
  ///   - theta: the base of the angles, where the file does not say.
  ///   - thetaField: where old files have the base of the angles.
  ///   - fractionField: where old files have the part that is turned; nil for families that always
  ///     turn all of it.
  func rotary(
    headDimension: Int, fraction: Double = 1, theta: Double = 10_000,
    thetaField: String = "rope_theta", fractionField: String? = nil
  ) throws(InputError) -> Architecture.Position {
    let parameters = try object("rope_parameters")
    let old = try number(thetaField, default: theta)
    let given = try parameters?.numberOrNull("rope_theta")
    let theta = given ?? old
    guard theta.isFinite, theta > 0 else {
      throw InputError(
        path, field: given == nil ? thetaField : "rope_parameters.rope_theta",
        found: "\(theta)", expected: "a positive number")
    }
    var fraction = fraction
    if let fractionField {
      fraction = try number(fractionField, default: fraction)
      if let given = try parameters?.numberOrNull("partial_rotary_factor") { fraction = given }
    }
    return .rotary(
      dimensions: try turned(fraction, of: headDimension, fractionField ?? "head_dim"),
      theta: theta)
  }

  private func turned(
    _ fraction: Double, of headDimension: Int, _ field: String
  ) throws(InputError) -> Int {
    let dimensions = Int(exactly: (fraction * Double(headDimension)).rounded(.down)) ?? 0
    guard fraction <= 1, dimensions >= 2, dimensions % 2 == 0 else {
      throw InputError(
        path, field: field,
        found: "\(fraction) of the \(headDimension) elements of a head to be turned",
        expected: "an even number of elements, at most all")
    }
    return dimensions
  }
}
