#if os(Linux)
  import Catalogue
  import Instrument
  import Testing
  import Transformer

  /// The growth of resident memory against the ledger.
  ///
  /// A run is the body of an exit test, which has a process of its own: in this one, other tests
  /// take memory and give it back at the same time.
  @Suite(
    .serialized,
    .enabled(if: SystemMemory.availableBytes ?? 0 > 3_000_000_000, "a run takes 1.5 GB"))
  struct WitnessTests {
    @Test("Resident memory is within 3 % of the ledger where weights are most of it")
    func weights() async {
      await #expect(processExitsWith: .success) {
        let shape = try ModelShape(
          name: "weights", layers: 9, hidden: 768, heads: 12, vocabulary: 8192, positions: 64)
        var recipe = Recipe()
        (recipe.batch, recipe.sequence, recipe.steps) = (2, 64, 2)
        let bytes = try Measurement.run(shape, recipe, dry: false).bytes
        // 16 bytes for each of 9·(12·768² + 13·768) + (8192 + 64 + 2)·768 = 70,134,528 parameters
        // are 1.12 GB.
        #expect(bytes.peak.total >= 1_120_000_000)
        #expect(bytes.peak.activation < bytes.peak.total / 10)
        let witness = try #require(bytes.witness)
        #expect(witness.ledger == bytes.peak.total)
        #expect(witness.measured == witness.ledger + witness.unaccounted)
        #expect(100 * abs(witness.unaccounted) <= 3 * witness.ledger)
      }
    }

    @Test(
      "Resident memory is within 3 % of the ledger where activations are most of it",
      arguments: ["eager", "flash"])
    func activations(_ attention: String) async {
      await #expect(processExitsWith: .success) { [attention] in
        let shape = try ModelShape(
          name: "activations", layers: 4, hidden: 96, heads: 4, vocabulary: 256, positions: 128)
        var recipe = Recipe()
        recipe.attention = try #require(Recipe.Attention(rawValue: attention))
        (recipe.batch, recipe.sequence, recipe.steps) = (320, 128, 2)
        let bytes = try Measurement.run(shape, recipe, dry: false).bytes
        #expect(bytes.peak.total >= 1_000_000_000)
        #expect(bytes.peak.activation > bytes.peak.total / 2)
        let witness = try #require(bytes.witness)
        #expect(100 * abs(witness.unaccounted) <= 3 * witness.ledger)
      }
    }
  }
#endif
