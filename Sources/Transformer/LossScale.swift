/// The factor of the loss that keeps small gradients within the range of binary16: halved when a
/// gradient overflows, doubled when none has for a while (Micikevicius et al., arXiv 1710.03740;
/// the constants are those of `torch.amp.GradScaler`).
struct LossScale {
  /// The factor of the pass to come.
  private(set) var value: Double
  /// The factor of the pass that is over.
  private(set) var used: Double
  private var updates = 0

  private static let first = 0x1p16
  private static let growth = 2.0
  private static let backoff = 0.5
  /// Updates without an overflow after which it grows.
  private static let interval = 2000

  init(isActive: Bool) {
    value = isActive ? Self.first : 1
    used = value
  }

  /// Takes note of whether the gradients of a pass were finite.
  mutating func update(isFinite: Bool) {
    used = value
    updates = isFinite ? updates + 1 : 0
    if !isFinite { value *= Self.backoff }
    if updates == Self.interval {
      value *= Self.growth
      updates = 0
    }
  }
}
