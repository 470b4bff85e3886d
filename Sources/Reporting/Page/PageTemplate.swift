/// Puts a page together.
struct PageTemplate {
  /// The name of the window.
  let title: String
  /// What stands above all sections.
  let header: HTML
  /// What the scripts read, as JSON.
  let data: String
  /// The sections, in their order.
  let sections: [PageSection]

  /// The page.
  var html: String {
    let parts = [
      "title": title.escapedForMarkup, "style": PageAssets.style, "header": header.description,
      "navigation": sections.map(\.link.description).joined(separator: "\n"),
      "sections": sections.map(\.html.description).joined(), "data": data,
      "script": PageAssets.script,
    ]
    // One pass: nothing that is put in is searched for more.
    return PageAssets.frame.split(separator: "{{", omittingEmptySubsequences: false)
      .map { piece in
        guard let end = piece.firstRange(of: "}}"),
          let part = parts[String(piece[..<end.lowerBound])]
        else { return String(piece) }
        return part + piece[end.upperBound...]
      }.joined()
  }
}
