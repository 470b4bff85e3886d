import Foundation
import TestSupport
import Testing

/// The page in a real browser. Derivations take a while, so one page serves all tests.
@Suite(
  .serialized,
  .enabled(
    if: Browser.path != nil,
    "no Chromium was found: install chromium, or name one in ASSAY_CHROMIUM"))
struct ReportPageTests {
  private static let page = Result { () throws -> String in
    try withTemporaryFolder { folder in
      let run = ["report", "gpt2", "--dry", "--batch", "2", "--sequence", "1024"]
      let outcome = try assay(run + ["--output", "page.html"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try folder.text("page.html")
    }
  }

  private static let windows = [1280, 390].flatMap { width in
    [false, true].map { Browser.Window(width: width, isDark: $0) }
  }

  /// What a script returns as an object.
  private func visit(_ window: Browser.Window, _ script: String) throws -> [String: Any] {
    let visit = try Browser.visit(try Self.page.get(), window, script)
    #expect(visit.complaints.isEmpty)
    return try #require(try JSONSerialization.jsonObject(with: visit.result) as? [String: Any])
  }

  @Test(arguments: windows)
  func `a page opens without a complaint, fits its window, and follows the reader's colours`(
    window: Browser.Window
  ) throws {
    let found = try visit(
      window,
      """
      const page = document.documentElement;
      const agreement = document.querySelector("[data-compared]").dataset;
      const [red] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
      return {
        width: innerWidth, overflow: page.scrollWidth - innerWidth, isDark: red < 128,
        areas: document.querySelectorAll("#timeline .areas path").length,
        boxes: document.querySelectorAll("#saved .box").length,
        curves: document.querySelectorAll("#scaling circle.measured").length,
        formulas: document.querySelectorAll("#formulas math").length,
        compared: Number(agreement.compared), equal: Number(agreement.equal),
      };
      """)
    let numbers = found.compactMapValues { $0 as? Int }
    #expect(numbers["width"] == window.width)
    #expect(numbers["overflow"] == 0)
    #expect(found["isDark"] as? Bool == window.isDark)
    // Parameters, optimizer states, gradients, activations, temporaries, input.
    #expect(numbers["areas"] == 6)
    // Four lines of five runs.
    #expect(numbers["curves"] == 20)
    #expect(numbers["boxes"] ?? 0 > 20)
    #expect(numbers["formulas"] ?? 0 > 20)
    // Thirty runs of eight numbers, less the peaks that have no formula.
    #expect(numbers["compared"] ?? 0 > 200)
    #expect(numbers["compared"] == numbers["equal"])
  }

  @Test func `what the page shows is what was measured`() throws {
    let found = try visit(
      Self.windows[0],
      """
      const whole = document.querySelector("#saved .box").dataset.bytes;
      const sum = document.querySelector("#peak [data-sum]").dataset.sum;
      return { saved: Number(whole), peak: Number(sum),
        timeline: document.querySelector("#timeline .readout strong").textContent };
      """)
    let run = ["measure", "gpt2", "--dry", "--batch", "2", "--sequence", "1024", "--steps", "1"]
    let bytes = try #require(
      object(try assay(run + ["--format", "json"]))["bytes"] as? [String: Any])
    let peak = try #require((bytes["peak"] as? [String: Any])?["total"] as? Int)
    #expect(found["saved"] as? Int == bytes["savedForBackward"] as? Int)
    #expect(found["peak"] as? Int == peak)
    let digits = (found["timeline"] as? String)?.replacing(",", with: "")
    #expect(digits?.contains("\(peak) bytes") == true)
  }

  @Test func `keys go through the tensors of the timeline and zoom`() throws {
    let found = try visit(
      Self.windows[0],
      """
      const chart = document.querySelector("#timeline svg");
      const names = [];
      const press = (key) => {
        chart.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        names.push(document.querySelector("#timeline .readout .path")?.textContent ?? "");
      };
      ["ArrowUp", "ArrowUp", "ArrowDown", "+", "End", "Escape", "p"].forEach(press);
      return { names, phases: [...document.querySelectorAll("#timeline .marks > text")].length };
      """)
    let names = try #require(found["names"] as? [String])
    #expect(Array(names.prefix(3)) == ["embedding.token", "embedding.position", "embedding.token"])
    #expect(found["phases"] as? Int == 4)
  }

  @Test func `options of a run need a model`() throws {
    expectFailure(
      try assay("report", "--dry"), 65,
      "report: found options of a run, and no MODEL; expected a MODEL that they are for")
  }

  /// A setting of all sliders, and the run that it describes.
  struct Setting: Sendable, CustomStringConvertible {
    let sizes: [String: Int]
    let choices: [String: String]

    var description: String { "\(sizes.sorted { $0.key < $1.key }), \(choices)" }

    func size(_ symbol: String) -> Int { sizes[symbol] ?? 1 }

    /// What moves the sliders: those whose value no step of a slider has are typed.
    var script: String {
      let texts =
        (try? [sizes as Any, choices].map {
          String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self)
        }) ?? []
      return """
        const [sizes, choices] = [\(texts.joined(separator: ", "))];
        const act = (input, event) => input.dispatchEvent(new Event(event, { bubbles: true }));
        for (const symbol of ["h", "a", "b", "s", "l", "V", "N"]) {
          const slider = document.querySelector(`[data-size="${symbol}"]`);
          const field = document.querySelector(`[data-exact="${symbol}"]`);
          for (let step = 0; step <= Number(slider.max); step += 1) {
            slider.value = step;
            act(slider, "input");
            if (field.valueAsNumber === sizes[symbol]) break;
          }
          if (field.valueAsNumber === sizes[symbol]) continue;
          field.value = sizes[symbol];
          act(field, "input");
        }
        for (const [name, choice] of Object.entries(choices)) {
          const list = document.querySelector(`[data-choice="${name}"]`);
          list.value = choice;
          act(list, "change");
        }
        return Object.fromEntries([...document.querySelectorAll("#explorer [data-value]")]
          .map((bar) => [bar.dataset.result, bar.dataset.value]));
        """
    }

    /// GPT-2's architecture in these sizes.
    var configuration: String {
      """
      { "model_type": "gpt2", "n_embd": \(size("h")), "n_layer": \(size("l")),
        "n_head": \(size("a")), "vocab_size": \(size("V")),
        "n_positions": \(max(1024, size("s"))) }
      """
    }

    var run: [String] {
      [
        "measure", "config.json", "--dry", "--format", "json", "--steps", "1", "--batch",
        "\(size("b"))", "--sequence", "\(size("s"))", "--data", "\(size("N"))",
      ] + choices.sorted { $0.key < $1.key }.flatMap { ["--\($0.key)", $0.value] }
    }
  }

  private static let settings = [
    Setting(
      sizes: ["b": 4, "s": 512, "h": 1024, "l": 24, "a": 16, "V": 50_257, "N": 1],
      choices: ["precision": "fp32", "attention": "eager", "recompute": "none", "zero": "0"]),
    Setting(
      sizes: ["b": 3, "s": 1000, "h": 660, "l": 5, "a": 11, "V": 32_003, "N": 1],
      choices: ["precision": "bf16", "attention": "eager", "recompute": "selective", "zero": "0"]),
    Setting(
      sizes: ["b": 2, "s": 2048, "h": 1280, "l": 10, "a": 20, "V": 65_536, "N": 1],
      choices: ["precision": "fp32", "attention": "flash", "recompute": "full", "zero": "0"]),
    Setting(
      sizes: ["b": 1, "s": 256, "h": 768, "l": 12, "a": 12, "V": 50_257, "N": 8],
      choices: ["precision": "fp16", "attention": "eager", "recompute": "none", "zero": "2"]),
    Setting(
      sizes: ["b": 8, "s": 96, "h": 512, "l": 3, "a": 8, "V": 1009, "N": 5],
      choices: ["precision": "bf16-pure", "attention": "flash", "recompute": "none", "zero": "3"]),
  ]

  @Test(arguments: settings)
  func `sliders show at once what a dry run of that setting has`(setting: Setting) throws {
    let shown = try visit(Self.windows[1], setting.script)
    let measured = try withTemporaryFolder { folder in
      try folder.write(setting.configuration, to: "config.json")
      return try object(try assay(setting.run, in: folder))
    }
    let bytes = try #require(measured["bytes"] as? [String: Any])
    for quantity in ["parameter", "gradient", "optimizerState", "savedForBackward"] {
      #expect(shown[quantity] as? String == (bytes[quantity] as? Int)?.description, "\(quantity)")
    }
    let work = try #require((measured["flops"] as? [String: Any])?["matmulDense"] as? [String: Int])
    for (pass, flops) in work { #expect(shown[pass] as? String == "\(flops)", "\(pass)") }
    let isPeakKnown = setting.choices["precision"] == "fp32"
    let peak = ((bytes["peak"] as? [String: Any])?["total"] as? Int)?.description
    #expect(shown["peak"] as? String == (isPeakKnown ? peak : nil))
  }
}
