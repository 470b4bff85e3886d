import Catalogue
import Instrument

/// The account of generating text, as a plain value: the `assay.generation.v1` of the command line.
public struct Generation: Codable, Sendable {
  /// The format of this value.
  public var schema = "assay.generation.v1"
  /// Whether numbers were computed, or only accounted for.
  public let mode: Measurement.Mode
  /// The model.
  public let model: Measurement.Model
  /// Every option, as used.
  public let recipe: Request
  /// Memory.
  public let bytes: Bytes
  /// Work.
  public let flops: FLOPs
  /// Wall time; absent in a dry run.
  public let seconds: Seconds?
  /// The tokens that were generated, sequence by sequence; absent in a dry run.
  public let tokens: [[Int64]]?
  /// Number of ledger events.
  public let events: Int

  /// What is asked for.
  public struct Request: Codable, Sendable, Equatable {
    /// Sequences side by side, `b`.
    public var batch = 1
    /// Tokens that are read at first, of each sequence.
    public var prompt = 32
    /// Tokens that are generated, of each sequence.
    public var tokens = 16
    /// Format of weights, activations and cache.
    public var precision = TrainingPrecision.fp32
    /// Integers that stand for the weights of linear layers; numbers if nil.
    public var weights: Quantisation?
    /// Format of keys and values kept; that of activations if nil.
    public var cache: Cache?
    /// How the prompt's attention is computed.
    public var attention = Recipe.Attention.eager
    /// Seed of the weights and of a synthetic prompt.
    public var seed: UInt64 = 0
    /// A file whose bytes the prompt is cut from; synthetic if nil.
    public var text: String?

    /// The defaults.
    public init() {}

    /// The formats of a cache.
    public enum Cache: String, Codable, Sendable, CaseIterable {
      /// 16 bits, whatever activations have.
      case fp16
      /// Integers of 8 bits, with scales.
      case int8
    }

    /// The formats in which a run stores its tensors.
    public var formats: Formats {
      var formats = Formats(all: precision.compute)
      formats.quantisation = weights
      if let cache { formats.kvCache = cache == .fp16 ? .fp16 : .int8 }
      return formats
    }
  }

  /// Memory, in bytes.
  public struct Bytes: Codable, Sendable {
    /// Weights.
    public let parameter: Int
    /// Keys and values of all blocks, for the prompt and what is generated: 2·b·s·l·g·d·width.
    public let kvCache: Int
    /// Of which for one token of one sequence.
    public let kvCachePerToken: Int
    /// The most that was alive at once.
    public let peak: Measurement.Peak
    /// The most that was alive while the prompt was read.
    public let peakOfPrefill: Int
    /// The most that was alive while tokens were generated.
    public let peakOfDecode: Int
    /// What the ledger holds after everything has been freed.
    public let leaked: Int
  }

  /// FLOPs of matrix products.
  public struct FLOPs: Codable, Sendable, Equatable {
    /// Of reading the prompt.
    public let prefill: Int
    /// Of generating all tokens but the first, which the prompt's last logits give.
    public let decode: Int
  }

  /// Wall time, in seconds.
  public struct Seconds: Codable, Sendable {
    /// Of reading the prompt.
    public let prefill: Double
    /// Of generating all tokens but the first.
    public let decode: Double
    /// Tokens generated per second, of all sequences together, after the first.
    public let tokensPerSecond: Double
  }
}
