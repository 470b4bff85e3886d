import ArgumentParser
import Catalogue
import Instrument
import Reporting

extension Trace.Format: ExpressibleByArgument {}

/// Where a trace of a run goes, and in which format.
struct TraceOptions: ParsableArguments {
  @Option(
    help: """
      A file for a trace of the run: .json for Perfetto, .pickle for PyTorch's memory_viz, \
      .speedscope.json, .folded for stacks by bytes at the peak, .csv for events.
      """,
    completion: .file())
  var trace: String?

  @Option(help: "The format of the trace, where the file's name does not tell.")
  var traceFormat: Trace.Format?

  @Option(
    help: "A file for the events of the ledger, which `assay simulate` reads.",
    completion: .file(extensions: ["csv"]))
  var events: String?

  func validate() throws {
    if traceFormat != nil, trace == nil {
      throw ValidationError("--trace-format needs --trace, the file for the trace")
    }
  }

  private struct File {
    let path: String
    let format: Trace.Format
    let option: String
  }

  private var files: [File] {
    get throws(InputError) {
      var files: [File] = []
      if let trace {
        guard let format = traceFormat ?? Trace.Format(fileName: trace) else {
          throw InputError(
            "--trace", found: trace,
            expected: "a name that ends with .json, .pickle, .speedscope.json, .folded or .csv, "
              + "or --trace-format")
        }
        files.append(File(path: trace, format: format, option: "--trace"))
      }
      if let events { files.append(File(path: events, format: .csv, option: "--events")) }
      return files
    }
  }

  /// Checks before any work is done that the files will have a place to go to.
  ///
  /// - Throws: `InputError` if one has none, or no format.
  func requireWritable(replacing: Bool) throws(InputError) {
    for file in try files {
      try OutputFile(file.path).requireWritable(file.option, replacing: replacing)
    }
  }

  /// The account for a run: one that notes times if they are asked for.
  ///
  /// - Parameter dry: whether the run does not compute, and has only an order.
  func ledger(dry: Bool) -> Ledger {
    Ledger(timeline: (trace ?? events) == nil ? nil : Timeline(isReal: !dry))
  }

  /// Writes what was asked for.
  ///
  /// - Parameters:
  ///   - name: what ran.
  ///   - ledger: the account that `ledger(dry:)` gave.
  func write(_ name: String, _ ledger: Ledger) throws(InputError) {
    guard let timeline = ledger.timeline else { return }
    let trace = Trace(name, ledger, timeline)
    for file in try files { try OutputFile(file.path).write(trace.data(as: file.format)) }
  }
}
