/// Judges claims, as `assay verify --claims` does: each is held to its own arithmetic, to what else
/// its document says, and to runs.
///
/// - Parameter claims: a document in YAML; `assay help claims` tells how to write one.
/// - Returns: a finding for each claim, in order.
/// - Throws: `InputError` that names the line and the field of a claim that cannot be judged, and
///   `MissingComponent` where OpenBLAS is not installed.
public func verify(claims: String) throws -> Verification {
  do {
    return try Verification(ClaimCatalogue(files: [("claims", Array(claims.utf8))]))
  } catch let error as ClaimError {
    throw error.inputError
  }
}

/// Holds a formula to runs, miniatures that compute and published models that run dry.
///
/// ```swift
/// let finding = try verify("12*h^2 + 13*h", is: .parameters, of: .block)
/// ```
///
/// - Parameters:
///   - expression: the formula, in the symbols of `StandardSymbol`: parameters, FLOPs, or bytes,
///     whichever the quantity is counted in.
///   - quantity: what it is a formula of.
///   - scope: the part of the model.
///   - conventions: those under which it is meant to hold; where there are none, it must hold under
///     all of them, or the verdict is `conventional`.
///   - recipe: options, as the command line spells them: `["precision": "bf16"]`.
/// - Returns: the verdict with its reason; where the formula is off, the formula of what was measured,
///   tensor by tensor.
/// - Throws: `InputError` for an expression that cannot be read or computed, and `MissingComponent`
///   where OpenBLAS is not installed.
public func verify(
  _ expression: String, is quantity: Claim.Measured, of scope: Claim.Scope,
  under conventions: Convention..., recipe: [String: String] = [:]
) throws -> Finding {
  let claim = OwnClaim(
    expression: expression, quantity: quantity, scope: scope, conventions: conventions,
    recipe: recipe)
  return try verify(claims: claim.document).claims[0]
}
