import Catalogue

extension Claim {
  /// In which way a run differs from the plain one: options of recipe and model, and other sizes.
  public struct Setting: Codable, Sendable, Equatable {
    /// Recipe options, as the command line spells them.
    public let recipe: [String: String]
    /// A preset instead of the model at hand.
    public let model: String?
    /// The architecture and its options.
    public let shape: ShapeOptions
    /// Sizes of the run by symbol, from the sizes at hand: s as 2·s.
    public let sizes: [String: Expression]

    /// No difference.
    public static let plain = Setting(
      recipe: [:], model: nil, shape: ShapeOptions(), sizes: [:])

    /// In YAML, and in JSON alike, sizes are called `at`.
    public enum CodingKeys: String, CodingKey, CaseIterable {
      /// The fields of the same names.
      case recipe, model, shape
      /// The sizes.
      case sizes = "at"
    }

    /// The sizes that a run can be given.
    static let symbols: [StandardSymbol] = [
      .batch, .sequence, .layers, .hidden, .heads, .vocabulary, .positions, .feedForward, .kvHeads,
    ]
  }

  /// Options of a model, where they are not those of a GPT-2.
  public struct ShapeOptions: Codable, Sendable, Equatable {
    /// The architecture.
    public let family: Family?
    /// Whether the head uses the token embedding as its weight.
    public let tied: Bool?
    /// Whether linear layers have biases.
    public let biases: Bool?

    /// - Parameters:
    ///   - family: the architecture; as it is where nil.
    ///   - tied: whether the head uses the token embedding; as it is where nil.
    ///   - biases: whether linear layers have biases; as it is where nil.
    public init(family: Family? = nil, tied: Bool? = nil, biases: Bool? = nil) {
      (self.family, self.tied, self.biases) = (family, tied, biases)
    }

    /// The architectures that a claim may be about.
    public enum Family: String, Codable, Sendable, CaseIterable {
      /// Layer norms, learned positions, biases, GELU.
      case gpt2
      /// RMS norms, rotary positions, no biases, a gated feed-forward network, a head of its own.
      case llama
      /// The encoder–decoder of Vaswani et al. (arXiv 1706.03762), with as many blocks in either;
      /// source, target and head share one embedding.
      case transformer
    }
  }

  /// One of several things that a run is asked for, under a name of its own.
  public struct NamedMeasure: Codable, Sendable, Equatable {
    /// What is measured.
    public let measure: Measure
    /// In which run.
    public let setting: Setting

    /// - Parameters:
    ///   - measure: what is measured.
    ///   - setting: in which run.
    public init(measure: Measure, setting: Setting) {
      (self.measure, self.setting) = (measure, setting)
    }
  }

  /// One of several things that a statement could mean.
  public struct Reading: Codable, Sendable, Equatable {
    /// What it is called in a verdict: `untied head`.
    public let name: String
    /// The run that it means.
    public let setting: Setting
    /// The unit that the printed one stands for: GiB where the source prints GB.
    public let unit: Unit?
    /// What symbols stand for that the source leaves open.
    public let substitutions: [String: Expression]

    /// In YAML, and in JSON alike, substitutions are called `where`.
    public enum CodingKeys: String, CodingKey {
      /// The fields of the same names.
      case name, setting, unit
      /// The substitutions.
      case substitutions = "where"
    }
  }
}
