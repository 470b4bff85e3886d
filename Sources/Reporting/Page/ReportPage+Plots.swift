import Verification

extension ReportPage {
  /// Pictures for where no page can be shown, under the names of their files.
  func plots(_ verification: Verification) -> [(String, String)] {
    let (model, recipe) = (measurement.model.name, measurement.recipe)
    let batch = "b = \(recipe.batch)"
    let timeline = TimelinePlot(
      heading: "A step of \(model), \(batch), s = \(recipe.sequence.grouped): peak "
        + measurement.bytes.peak.total.asBytes,
      timeline: data.timeline)
    let scaling = data.explorer.map { explorer in
      ScalingPlot(heading: "Saved for backward in \(model), \(batch)", explorer: explorer)
    }
    return [("timeline.svg", timeline.svg)] + (scaling.map { [("scaling.svg", $0.svg)] } ?? [])
      + [("verdicts.svg", VerdictPlot(verification: verification).svg)]
  }
}
