import Instrument

/// What a parameter holds.
extension Parameter {
  /// The weight, or the integers that stand for it where there are scales. Nil while only the share
  /// is there (ZeRO-3).
  var whole: Tensor? {
    _read { yield held.value.whole }
    _modify { yield &held.value.whole }
  }

  /// This replica's part of the weight, where replicas divide weights.
  var share: Tensor? {
    _read { yield held.value.share }
    _modify { yield &held.value.share }
  }

  /// What those integers are multiples of.
  var scales: Tensor? {
    _read { yield held.value.scales }
    _modify { yield &held.value.scales }
  }

  /// Its gradient: absent from the start of a step until backward reaches it.
  var gradient: Tensor? {
    _read { yield held.value.gradient }
    _modify { yield &held.value.gradient }
  }

  /// This replica's part of the gradient, where replicas divide gradients.
  var gradientShare: Tensor? {
    _read { yield held.value.gradientShare }
    _modify { yield &held.value.gradientShare }
  }

  /// The gradient that is updated with in 32 bits, where the optimizer gets it from a copy.
  var mainGradient: Tensor? {
    _read { yield held.value.mainGradient }
    _modify { yield &held.value.mainGradient }
  }

  /// What the optimizer remembers of it, or of this replica's part.
  var state: OptimizerState {
    _read { yield held.value.state }
    _modify { yield &held.value.state }
  }

  /// The weight, or this replica's part, in 32 bits, where it is stored in 16: what the optimizer
  /// updates.
  var master: Tensor? {
    _read { yield held.value.master }
    _modify { yield &held.value.master }
  }

  /// The weight in the format of the products that it takes part in, from the start of a forward
  /// pass until backward has used it; absent where that is its own format.
  var copy: Tensor? {
    _read { yield held.value.copy }
    _modify { yield &held.value.copy }
  }
}
