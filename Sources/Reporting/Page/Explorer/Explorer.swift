import Catalogue
import Formulas
import Transformer

/// What a page computes with when sliders move: the exact formulas of a family, recovered from runs,
/// and runs that they are held to.
struct Explorer: Encodable, Sendable {
  /// The sizes that may be chosen.
  let sizes: [Size]
  /// What holds between them and others, such as `f = 4*h`.
  let relations: [String]
  /// The ways to run that may be chosen.
  let choices: Choices
  /// What the sliders show first.
  let start: Setting
  /// By precision and quantity, the tensors that replicas may divide.
  let held: [String: [String: [Tensor]]]
  /// By precision, attention and recomputation, bytes of the activations that are saved.
  let saved: [String: [PageTerm]]
  /// The same way, the sums of which a peak is the largest; those that are no polynomials are left
  /// out.
  let peak: [String: [[PageTerm]]]
  /// By attention and recomputation, FLOPs of matrix products, masked ones too.
  let flops: [String: FLOPs]
  /// Runs at settings of all kinds.
  let points: [Point]
  /// Runs along lines on which one size varies.
  let lines: [Line]

  /// A size with its slider.
  struct Size: Encodable {
    let symbol: StandardSymbol
    let meaning: String
    let value: Int
  }

  /// The ways to run.
  struct Choices: Encodable {
    let precision: [TrainingPrecision]
    let attention: [Recipe.Attention]
    let recompute: [Recompute]
  }

  /// All tensors of a role at one kind of place.
  struct Tensor: Encodable {
    let place: String
    let role: TensorRole
    /// Bytes of an element.
    let width: Int
    let elements: [PageTerm]
    let tensors: [PageTerm]
  }

  /// Matrix products of one update.
  struct FLOPs: Encodable {
    let forward: [PageTerm]
    let backward: [PageTerm]
    let recompute: [PageTerm]
  }

  /// Where all sliders stand.
  struct Setting: Encodable {
    var sizes: [String: Int]
    var precision: TrainingPrecision
    var attention: Recipe.Attention
    var recompute: Recompute
    /// Replicas, `N`.
    var data = 1
    /// What they divide.
    var zero = Layout.ZeRO.none
  }

  /// What a run has.
  struct Measured: Encodable {
    let parameter: Int
    let gradient: Int
    let optimizerState: Int
    let savedForBackward: Int
    let peak: Int
    let forward: Int
    let backward: Int
    let recompute: Int
  }

  /// A run at a setting.
  struct Point: Encodable {
    let setting: Setting
    let measured: Measured
  }

  /// Runs in which one size varies.
  struct Line: Encodable {
    let symbol: StandardSymbol
    let points: [Point]
  }
}
