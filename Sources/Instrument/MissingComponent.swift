/// Something that Assay needs and the machine does not have.
public struct MissingComponent: Error, CustomStringConvertible, Sendable {
  private let component: String
  private let problem: String
  private let package: String
  private let target: String

  /// - Parameters:
  ///   - component: what is missing.
  ///   - problem: how that shows.
  ///   - package: of Debian, that has it.
  ///   - target: of the Makefile, that installs it; the default one where nil.
  init(_ component: String, _ problem: String, _ package: String, target: String? = nil) {
    self.component = component
    self.problem = problem
    self.package = package
    self.target = target.map { "make \($0)" } ?? "make"
  }

  /// What is missing, why, and what brings it: one line.
  public var description: String {
    "\(component) is missing (\(problem)); install \(package), or run `\(target)`, which does"
  }
}
