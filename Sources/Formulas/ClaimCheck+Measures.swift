import Catalogue

/// Measurements under names are used, and are put together only where they count the same.
extension ClaimCheck {
  func checkMeasures() throws(ClaimError) {
    guard !claim.measures.isEmpty else {
      guard claim.measured == nil else {
        throw field("measured").error(found: "measured", expected: "measures, which it is made of")
      }
      return
    }
    try checkNames()
    let compares = claim.expression?.isComparison ?? false
    if claim.measure != nil {
      throw field("measure").error(found: "measure besides measures", expected: "one of the two")
    }
    guard compares != (claim.measured != nil) else {
      throw field("measures").error(
        found: compares ? "a comparison and measured" : "measurements, and nothing made of them",
        expected: "measured, or an expression that compares them")
    }
    try checkDimensions()
  }

  private func checkNames() throws(ClaimError) {
    let used = (claim.expression?.reachableSymbols(where: claim.substitutions) ?? [])
      .union(claim.measured?.reachableSymbols(where: claim.substitutions) ?? [])
    for name in claim.measures.keys.sorted() {
      if claim.inputs[name] != nil || claim.substitutions[name] != nil {
        throw field("measures").error(
          found: "\(name.quoted), which has another meaning", expected: "another name")
      }
      guard used.contains(name) else {
        throw field("measures").error(
          found: "\(name.quoted), which nothing uses", expected: "names that an expression uses")
      }
    }
  }

  private func checkDimensions() throws(ClaimError) {
    let known = claim.measures.mapValues(\.measure.unit.dimension)
      .merging(claim.inputUnits.mapValues(\.dimension)) { $1 }
    let (name, expression) =
      claim.measured.map { ("measured", $0) } ?? ("expression", claim.expression ?? .number(0))
    var check = DimensionCheck(known, where: claim.substitutions)
    do throws(DimensionError) {
      let dimension = try check.dimension(of: expression)
      if let unit = claim.unit, claim.measured != nil, let dimension, dimension != unit.dimension {
        throw DimensionError(whole: expression, found: DimensionCheck.name(dimension))
      }
    } catch {
      let unit = claim.unit.map { ", and a value in \($0)" } ?? ""
      throw field(name).error(
        found: "\(error.found) in \(error.whole.quoted)", expected: "the same units\(unit)")
    }
  }
}
