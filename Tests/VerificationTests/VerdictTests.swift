import Testing
import Verification

/// One claim for each way to a verdict. The first miniature has b = 2, s = 12, h = 32, a = 4,
/// l = 2, V = 61, T = 16.
@Suite struct VerdictTests {
  private let block = "measure: { quantity: parameters, scope: block, in: parameter }"
  private let model = "measure: { quantity: parameters, scope: model, in: parameter }"
  private func formula(_ expression: String, _ unit: String = "parameter") -> String {
    "quantity: parameters\nkind: formula\nunit: \(unit)\nexpression: \(expression)\n"
  }

  @Test func `exact: the formula gives what was measured`() throws {
    let finding = try judged(formula("12*h^2 + 13*h") + block)
    #expect(finding.verdict == .exact)
    #expect(finding.because == "The formula equals the measurement at 6 real runs.")
    // 12 · 1024 + 13 · 32 = 12704
    #expect(finding.computed?.value == 12704 && finding.measured?.value == 12704)
    #expect(finding.residual?.value == 0 && finding.relativeError?.value == 0)
    #expect(finding.attribution.isEmpty && finding.corrected == nil)
    #expect(finding.mode == "real" && finding.model == nil)
    #expect(finding.at?["h"] == 32 && finding.at?["T"] == 16)
    #expect(finding.source == "A test, Its section" && finding.statement == "It is so.")
    #expect(finding.expression == "12·h² + 13·h" && finding.unit == "parameter")
  }

  @Test func `exact: a formula with f is held to models where f is not 4h, too`() throws {
    let right = try judged(formula("2*h*f + f + h") + block.replacing("block", with: "block.mlp"))
    #expect(right.because == "The formula equals the measurement at 8 real runs.")
    // With f = 4·h this is the same: 8·h² + 5·h
    let wrong = try judged(
      formula("2*h*f + 5*h + 0*f") + block.replacing("block", with: "block.mlp"))
    #expect(wrong.verdict == .refuted)
    // 4·32 + 32 = 160 at f = 80 would be 80 + 32 = 112: 48 of 2·32·80 + 112 = 5232
    #expect(wrong.residual?.value == 48 && wrong.measured?.value == 5232)
  }

  @Test func `exact: a printed number without a formula`() throws {
    let finding = try judged(
      "quantity: parameters\nkind: example\nunit: parameter\nmodel: gpt2\n"
        + "claimed: \"124439808\"\n" + model)
    #expect(finding.verdict == .exact)
    #expect(finding.because == "The printed number equals the measurement at 1 dry run.")
    #expect(finding.claimed?.value == 124_439_808 && finding.computed == nil)
    #expect(finding.mode == "dry" && finding.model == "gpt2")
  }

  @Test func `bounded: an approximation holds at the published models`() throws {
    let finding = try judged(formula("12*l*h^2 + V*h") + "approximate: true\n" + model)
    #expect(finding.verdict == .bounded)
    // 124,439,808 - 12·12·768² - 50257·768 = 907,776, and 907,776 / 124,439,808 = 0.73 %
    #expect(finding.residual?.value == -907_776)
    #expect(finding.model == "gpt2" && finding.mode == "dry")
    #expect(
      finding.because == "Off by 0.73 % at gpt2, within what it allows; "
        + "measured is 12·l·h² + 13·l·h + V·h + T·h + 2·h.")
    #expect(finding.corrected == "12*l*h^2 + 13*l*h + V*h + T*h + 2*h")
  }

  @Test func `bounded: lower orders may be dropped`() throws {
    let finding = try judged(formula("12*h^2") + block)
    #expect(finding.verdict == .bounded)
    // 13 · 768 = 9984 of 12 · 768² + 9984 = 7,087,872: 0.14 %
    #expect(finding.residual?.value == -9984)
    #expect(
      finding.because
        == "Off by 0.14 % at gpt2, within what it allows; measured is 12·h² + 13·h.")
  }

  @Test func `bounded: a number to the precision that it prints`() throws {
    let finding = try judged(
      "quantity: parameters\nkind: example\nunit: parameter\nmodel: gpt2\nclaimed: 124M\n" + model)
    #expect(finding.verdict == .bounded)
    // 124,000,000 - 124,439,808
    #expect(finding.residual?.value == -439_808)
    #expect(
      finding.because == "The run has 124,439,808 parameters at gpt2 for the printed 124M, "
        + "within what it allows; measured is 12·l·h² + 13·l·h + V·h + T·h + 2·h.")
  }

  @Test func `bounded: an approximation is held to its regime alone`() throws {
    let flops =
      "quantity: flops\nkind: formula\nunit: FLOP\nexpression: 24*b*s*h^2\napproximate: true\n"
    let measure = "measure: { quantity: flops.forward, scope: block, in: FLOP }"
    let inside = try judged(flops + "regime: s <= h/6\n" + measure)
    #expect(inside.verdict == .bounded)
    // 4·b·s²·h of 24·b·s·h² + 4·b·s²·h is s / (6·h + s): at s = 2048, h = 12288 it is 1/37
    #expect(inside.because.hasPrefix("Off by 2.7 % at gpt3-175b, within what it allows"))
    let outside = try judged(flops + measure)
    #expect(outside.verdict == .refuted)
    // at s = 1024, h = 768 it is 2/11
    #expect(outside.because.hasPrefix("Off by 18.18 % at gpt2; measured is 24·b·s·h² + 4·b·s²·h"))
  }

  @Test func `conventional: right under some conventions that it does not state`() throws {
    let saved =
      "quantity: activations\nkind: formula\nunit: element\nexpression: b*s*f\n"
      + "measure: { quantity: savedForBackward, scope: block.mlp, in: element }\n"
    let unstated = try judged(saved)
    #expect(unstated.verdict == .conventional)
    #expect(unstated.convention == "lean" && unstated.holdsUnder == ["lean"])
    // 2 · 12 · 128 = 3072
    #expect(unstated.measured?.value == 3072 && unstated.residual?.value == 0)
    #expect(
      unstated.because == "Right under lean, which it does not state; "
        + "wrong under textbook, pytorch, pytorch-autocast, megatron, llm.c.")
    let stated = try judged(saved + "conventions: [lean]\n")
    #expect(stated.verdict == .exact && stated.holdsUnder == nil)
    #expect(stated.because == "The formula equals the measurement at 8 real runs.")
  }

  @Test func `slip: the printed number does not follow from the formula`() throws {
    let finding = try judged(
      "quantity: data\nkind: example\nunit: ratio\nexpression: 6*7\nclaimed: \"43\"")
    #expect(finding.verdict == .slip)
    #expect(finding.because == "The source prints 43; its formula gives 42.")
    #expect(finding.claimed?.value == 43 && finding.computed?.value == 42)
    #expect(finding.measured == nil && finding.residual == nil && finding.convention == nil)
  }

  @Test func `slip: a number that is right in the binary unit is said to be so`() throws {
    let finding = try judged(
      "quantity: optimizer\nkind: example\nunit: byte\nexpression: 8*P\n"
        + "inputs: { P: 124439808 }\nclaimed: 0.93 GB")
    #expect(finding.verdict == .slip)
    // 8 · 124,439,808 = 995,518,464, and that / 2³⁰ = 0.927
    #expect(
      finding.because == "The source prints 0.93 GB; its formula gives 995,518,464 bytes, "
        + "which is 0.93 GiB.")
    #expect(finding.claimed?.value == 930_000_000)
  }

  @Test func `slip: a comparison that is false at its own numbers`() throws {
    let finding = try judged(
      "quantity: data\nkind: example\nexpression: h > 2*s\ninputs: { h: 768, s: 1024 }")
    #expect(finding.verdict == .slip)
    #expect(finding.because == "It does not hold at its own numbers: 768 against 2,048.")
  }

  @Test func `notMeasurable: for the reason given`() throws {
    let given = try judged("quantity: time\nkind: fact\nnotMeasurable: No run takes a year.")
    #expect(given.verdict == .notMeasurable && given.because == "No run takes a year.")
  }

  @Test func `exact: arithmetic that no run is about, if its number follows`() throws {
    let arithmetic = try judged(
      "quantity: parameters\nkind: example\nunit: dimension\nexpression: h/a\n"
        + "inputs: { h: 768, a: 12 }\nclaimed: \"64\"")
    #expect(arithmetic.verdict == .exact)
    #expect(
      arithmetic.because
        == "Arithmetic alone, without a run: its formula gives 64 dimensions; it prints 64.")
    #expect(arithmetic.computed?.value == 64 && arithmetic.measured == nil)
    let rounded = try judged(
      "quantity: time\nkind: example\nunit: day\nexpression: 338/10\nclaimed: about 34 days")
    #expect(rounded.verdict == .bounded)
  }
}
