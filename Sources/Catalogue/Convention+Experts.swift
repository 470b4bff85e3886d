/// What a convention keeps of a mixture of experts: what follows from its choices for other layers.
extension Convention {
  /// Which rows go to which expert, and with what weight: little, and made again from the router's
  /// probabilities, as statistics are from a norm's input.
  public var keepsRouting: Bool { keepsNormStatistics }

  /// The rows that are the experts' input, sorted by expert. Otherwise gathered again from the
  /// normalised output.
  public var keepsExpertInput: Bool { keepsNormOutput }

  /// The experts' outputs before they are weighted, from which eager programs take the gradients of
  /// the weights. The gradients can be had from the inputs of the last projection as well.
  public var keepsExpertOutput: Bool { keepsActivationOutput }
}
