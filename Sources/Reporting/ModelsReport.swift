import Catalogue
import Transformer

/// The presets, for people.
public struct ModelsReport: Report {
  /// The presets, counted.
  public let value: List

  /// The `assay.models.v1` of the command line.
  public struct List: Encodable {
    let schema = "assay.models.v1"
    let models: [Entry]
  }

  /// A preset.
  public struct Entry: Encodable {
    let model: Measurement.Model
    let note: String
    let source: String
  }

  /// Counts every preset.
  public init() {
    value = List(
      models: Preset.all.map { preset in
        Entry(
          model: ParameterCount(preset.shape).model, note: preset.note,
          source: preset.source)
      })
  }

  /// None.
  public var headline: String? { nil }

  /// Sizes and source of each.
  public var tables: [Table] { [table({ $0.grouped }, layers: \.layersOfStacks)] }

  /// What a terminal has room for.
  public var brief: [Table] {
    tables.map { $0.without(["KV heads", "feed-forward", "vocabulary", "positions"]) }
  }

  /// The same, numbers without separators.
  public var records: Table { table({ String($0) }, layers: { String($0.layers) }) }

  private func table(
    _ number: (Int) -> String, layers: (Measurement.Model) -> String
  ) -> Table {
    Table(
      nil,
      [
        .text("model"), .number("parameters"), .number("layers"), .number("hidden"),
        .number("heads"), .number("KV heads"), .number("feed-forward"), .number("vocabulary"),
        .number("positions"), .text("source"),
      ],
      value.models.map { entry in
        let model = entry.model
        return [
          model.name, number(model.parameters), layers(model), number(model.hidden),
          number(model.heads), number(model.kvHeads), number(model.feedForward),
          number(model.vocabulary), number(model.positions), entry.source,
        ]
      })
  }
}

extension Measurement.Model {
  /// Blocks; of an encoder and of its decoder.
  fileprivate var layersOfStacks: String {
    encoderLayers.map { "\($0) + \(layers)" } ?? "\(layers)"
  }
}
