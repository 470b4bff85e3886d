/// What the textbooks reckon from the number of parameters alone.
public struct TextbookTime: Codable, Sendable, Equatable {
  /// Share of the peak that it reckons with.
  public let utilisation: Double
  /// Seconds of an update: 6·P·D over all peaks times the utilisation, 8·P·D where every layer is
  /// computed again (Narayanan et al., arXiv 2104.04473, equation 4).
  public let iterationSeconds: Double
  /// Seconds for the tokens; absent where their number was not given.
  public let trainingSeconds: Double?
  /// FLOPs for each parameter and token: 6 or 8.
  public let flopsPerParameterAndToken: Double
  /// Tokens for which a model of this size is best trained: 20 for each parameter (Hoffmann et al.,
  /// arXiv 2203.15556, table 3).
  public let chinchillaTokens: Double

  /// Seconds of training: c·P·D / (N·peak·utilisation).
  ///
  /// - Parameters:
  ///   - parameters: P.
  ///   - tokens: D.
  ///   - devices: N.
  ///   - peak: of each, in FLOP/s.
  ///   - utilisation: the share of it that is reached.
  ///   - recomputes: whether every layer is computed again: c is then 8, otherwise 6.
  public static func seconds(
    parameters: Double, tokens: Double, devices: Double, peak: Double, utilisation: Double,
    recomputes: Bool
  ) -> Double {
    flops(recomputes) * parameters * tokens / (devices * peak * utilisation)
  }

  /// FLOPs for each parameter and token.
  static func flops(_ recomputes: Bool) -> Double { recomputes ? 8 : 6 }

  /// Tokens for which a model of so many parameters is best trained.
  public static func chinchillaTokens(parameters: Double) -> Double { 20 * parameters }
}
