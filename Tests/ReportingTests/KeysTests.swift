import Catalogue
import Formulas
import Foundation
import Testing
import Transformer
import Verification

@testable import Reporting

/// What programs that read the JSON may rely on: fields may be added, none may go.
@Suite struct KeysTests {
  /// The paths of all fields of a report: `bytes.peak.total`; of a list, those of its first element.
  private func paths(_ report: some Report) throws -> Set<String> {
    let data = Data(try report.rendered(as: .json).utf8)
    var found: Set<String> = []
    func walk(_ value: Any, _ path: String) {
      found.insert(path)
      if let fields = value as? [String: Any] {
        for (key, value) in fields { walk(value, path.isEmpty ? key : "\(path).\(key)") }
      } else if let first = (value as? [Any])?.first {
        walk(first, path + "[]")
      }
    }
    walk(try JSONSerialization.jsonObject(with: data), "")
    return found
  }

  private func keys(_ prefix: String, _ names: String) -> Set<String> {
    Set(names.split(separator: " ").map { prefix + $0 })
  }

  private func model(_ prefix: String) -> Set<String> {
    keys(
      prefix,
      "name family layers hidden heads kvHeads headDimension feedForward vocabulary "
        + "positions parameters activeParameters")
  }

  private var measurement: Set<String> {
    keys("", "schema mode model recipe bytes flops events environment")
      .union(model("model."))
      .union(
        keys(
          "recipe.",
          "batch sequence precision optimizer attention recompute dropout accumulate "
            + "convention steps seed")
      )
      .union(
        keys(
          "bytes.",
          "parameter gradient optimizerState savedForBackward savedByRole peak "
            + "peakByPhase leaked")
      )
      .union(keys("bytes.savedByRole[].", "role bytes tensors"))
      .union(
        keys(
          "bytes.peak.",
          "total phase path parameter gradient optimizerState activation temporary "
            + "input")
      )
      .union(keys("bytes.peakByPhase.", "forward backward optimizer"))
      .union(keys("flops.matmul.", "forward backward recompute"))
      .union(keys("flops.matmulDense.", "forward backward recompute"))
      .union(keys("flops.elementwise.", "forward backward optimizer"))
      .union(keys("environment.", "cpu threads blas blasCore gemmPeakGFLOPS residentBytes"))
  }

  private func measured(dry: Bool) throws -> MeasurementReport {
    var recipe = Recipe()
    recipe.sequence = 8
    return MeasurementReport(try Measurement.run(ModelShape(named: "gpt2-tiny"), recipe, dry: dry))
  }

  @Test func `a real measurement has every field`() throws {
    let report = try measured(dry: false)
    let paths = try paths(report)
    let real = measurement.union(["seconds", "loss"])
      .union(keys("seconds.", "forward backward optimizer step tokensPerSecond"))
    #expect(real.subtracting(paths).isEmpty)
    #expect(report.value.schema == "assay.measurement.v1")
    #expect(report.value.mode == .real)
    #expect(report.value.loss?.count == 3)
  }

  @Test func `a dry measurement has every field but times and losses`() throws {
    let report = try measured(dry: true)
    let paths = try paths(report)
    #expect(measurement.subtracting(paths).isEmpty)
    #expect(paths.filter { $0.hasPrefix("seconds") || $0.hasPrefix("loss") }.isEmpty)
    #expect(report.value.mode == .dry)
  }

  @Test func `a text, where there is one, is named in the recipe`() throws {
    let text = URL(filePath: #filePath).path
    var recipe = Recipe()
    recipe.sequence = 8
    recipe.text = text
    let tiny = try ModelShape(named: "gpt2-tiny")
    let paths = try paths(MeasurementReport(Measurement.run(tiny, recipe, dry: true)))
    #expect(paths.contains("recipe.text"))
  }

  @Test func `a count has every field`() throws {
    let count = CountReport(ParameterCount(try ModelShape(named: "gpt2")))
    let expected = keys("", "schema model total active trainable components").union(model("model."))
      .union(keys("components[].", "path count each parameters"))
    #expect(try expected.subtracting(paths(count)).isEmpty)
    #expect(count.value.schema == "assay.count.v1")
    #expect(count.value.total == 124_439_808)
  }

  @Test(arguments: ["003.28", "001.42", "001.35", "000.49"])
  func `a finding has every field, null where it has no value`(id: String) throws {
    let report = VerificationReport(try Verification(ClaimCatalogue.builtIn, only: id))
    var expected = keys("", "schema claims summary")
      .union(keys("summary.", "exact bounded conventional refuted slip notMeasurable"))
      .union(
        keys(
          "claims[].",
          "id source quantity unit verdict convention claimed computed measured "
            + "residual relativeError attribution corrected because"))
    if report.value.claims.first?.attribution.isEmpty == false {
      expected.formUnion(keys("claims[].attribution[].", "term role claimed measured"))
    }
    #expect(try expected.subtracting(paths(report)).isEmpty)
    #expect(report.value.schema == "assay.verification.v1")
  }

  @Test func `models and claims have their lists`() throws {
    let models = try paths(ModelsReport())
    #expect(
      keys("", "schema models").union(model("models[].model.")).union(
        keys("models[].", "note source")
      ).subtracting(models).isEmpty)
    let claims = try paths(ClaimsReport(ClaimCatalogue.builtIn))
    #expect(
      keys("", "schema claims").union(keys("claims[].", "id statement quantity kind"))
        .subtracting(claims).isEmpty)
  }
}
