import Catalogue
import Foundation
import Instrument
import Transformer

@testable import Reporting

/// A trace of two updates of a miniature, and its account.
func miniatureTrace(
  dry: Bool, _ change: (inout Recipe) -> Void = { _ in }
) throws -> (trace: Trace, ledger: Ledger) {
  var recipe = Recipe()
  (recipe.batch, recipe.sequence, recipe.steps) = (1, 8, 2)
  change(&recipe)
  let timeline = Timeline(isReal: !dry)
  let ledger = Ledger(timeline: timeline)
  let shape = try ModelShape(named: "gpt2-tiny")
  _ = try Transformer.Measurement.run(shape, recipe, dry: dry, ledger: ledger)
  return (Trace("gpt2-tiny \"1\"", ledger, timeline), ledger)
}

/// A JSON object in a file of a format.
func json(_ trace: Trace, _ format: Trace.Format) throws -> [String: Any] {
  try JSONSerialization.jsonObject(with: trace.data(as: format)) as? [String: Any] ?? [:]
}

/// A program outside of the project that reads what the project writes.
enum ExternalTool {
  /// A Python that has torch: the one of ASSAY_PYTHON, or python3.
  static let torch = [ProcessInfo.processInfo.environment["ASSAY_PYTHON"], "python3"]
    .compactMap(\.self).first { (try? run($0, "-c", "import torch"))?.status == 0 }

  /// Perfetto's trace_processor: the one of ASSAY_TRACE_PROCESSOR, or the one on the path.
  static let traceProcessor = [
    ProcessInfo.processInfo.environment["ASSAY_TRACE_PROCESSOR"], "trace_processor_shell",
    "trace_processor",
  ].compactMap(\.self).first { (try? run($0, "--version"))?.status == 0 }

  /// Runs a program, and returns its status and all that it prints.
  static func run(_ arguments: String...) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(
      decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
