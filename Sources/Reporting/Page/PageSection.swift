import Formulas
import Verification

/// A part of a page that has a heading.
struct PageSection: Sendable {
  /// What links to it, and the script that fills it, know it by.
  let id: String
  /// Its heading, and its name in the navigation.
  let title: String
  /// What is in it before a script has run.
  let content: HTML

  /// Memory over time.
  static let timeline = PageSection(
    id: "timeline", title: "Timeline", content: PageAssets.fragment(PackageResources.timeline_html))
  /// The highest moment.
  static let peak = PageSection(
    id: "peak", title: "Peak", content: PageAssets.fragment(PackageResources.peak_html))
  /// What waits for the backward pass.
  static let saved = PageSection(
    id: "saved", title: "Saved tensors", content: PageAssets.fragment(PackageResources.saved_html))

  /// Growth along each size.
  static let scaling = PageSection(
    id: "scaling", title: "Scaling", content: PageAssets.fragment(PackageResources.scaling_html))
  /// Formulas that are computed with.
  static let explorer = PageSection(
    id: "explorer", title: "Explorer", content: PageAssets.fragment(PackageResources.explorer_html))

  /// The formulas of the model of the page.
  static func formulas(_ formulas: ModelFormulas) -> PageSection {
    PageSection(id: "formulas", title: "Formulas", content: formulas.html)
  }

  /// Why there are no formulas.
  static func noFormulas(_ reason: String) -> PageSection {
    PageSection(
      id: "formulas", title: "Formulas",
      content: "<p>No formulas were recovered for this recipe: \(reason).</p>")
  }

  /// All claims, judged.
  ///
  /// - Throws: `ClaimError` where a claim that is built in is faulty.
  static func claims(_ verification: Verification) throws -> PageSection {
    let section = ClaimsSection(verification, try ClaimCatalogue.builtIn)
    return PageSection(id: "claims", title: "Claims", content: section.html)
  }

  /// The formulas of all families.
  static func families(_ page: FormulaPage) -> PageSection {
    PageSection(id: "families", title: "Families", content: page.html)
  }

  var html: HTML {
    """
    <section id="\(id)" aria-labelledby="\(id)-title">
    <h2 id="\(id)-title">\(title)</h2>
    \(content)
    </section>

    """
  }

  var link: HTML { "<li><a href=\"#\(id)\">\(title)</a></li>" }
}
