import Transformer

/// Parameters by component, for people.
public struct CountReport: Report {
  /// What was counted.
  public let value: ParameterCount

  /// - Parameter count: what was counted.
  public init(_ count: ParameterCount) { value = count }

  /// The total, and how much of it a token meets.
  public var headline: String? { "\(value.model.name): \(value.model.parameterPhrase)" }

  /// The components.
  public var tables: [Table] { [table { $0.grouped }] }

  /// The components, numbers without separators.
  public var records: Table { table { String($0) } }

  private func table(_ number: (Int) -> String) -> Table {
    Table(
      nil, [.text("component"), .number("count"), .number("each"), .number("parameters")],
      value.components.map {
        [$0.path, number($0.count), number($0.each), number($0.parameters)]
      })
  }
}

extension Measurement.Model {
  /// Its parameters, and how many of them a token meets where that is not all.
  var parameterPhrase: String {
    let all = "\(parameters.grouped) parameters"
    return activeParameters == parameters
      ? all : "\(all), \(activeParameters.grouped) of them for a token"
  }
}
