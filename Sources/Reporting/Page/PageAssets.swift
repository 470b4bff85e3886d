/// The files of the folder `Assets` that a page is made of.
enum PageAssets {
  /// The frame of a page, with `{{name}}` where something is to be put.
  static let frame = text(PackageResources.page_html)
  /// The looks of everything.
  static let style = text(PackageResources.style_css)

  /// All modules as one script.
  static let script = PageScript(modules.map { (name: $0.0, source: text($0.1)) }).text

  /// Each after those that it imports.
  private static let modules = [
    ("dom", PackageResources.dom_js),
    ("numbers", PackageResources.numbers_js),
    ("categories", PackageResources.categories_js),
    ("timeline-model", PackageResources.timeline_model_js),
    ("timeline-chart", PackageResources.timeline_chart_js),
    ("timeline", PackageResources.timeline_js),
    ("peak", PackageResources.peak_js),
    ("icicle-tree", PackageResources.icicle_tree_js),
    ("icicle", PackageResources.icicle_js),
    ("polynomial", PackageResources.polynomial_js),
    ("explorer-formulas", PackageResources.explorer_formulas_js),
    ("explorer-controls", PackageResources.explorer_controls_js),
    ("explorer", PackageResources.explorer_js),
    ("agreement", PackageResources.agreement_js),
    ("scaling", PackageResources.scaling_js),
    ("claims", PackageResources.claims_js),
    ("main", PackageResources.main_js),
  ]

  /// A fragment of markup.
  static func fragment(_ bytes: [UInt8]) -> HTML { HTML(markup: text(bytes)) }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
