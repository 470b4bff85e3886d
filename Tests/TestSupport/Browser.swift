import Foundation

/// A Chromium without a window, in which pages are opened from files.
public enum Browser {
  /// The program: the one of ASSAY_CHROMIUM, or the one on the path; nil if there is none.
  public static let path = [
    ProcessInfo.processInfo.environment["ASSAY_CHROMIUM"], "chromium", "chromium-browser",
    "google-chrome",
  ].compactMap(\.self).first { (try? run([$0, "--version"], output: "/dev/null")) == 0 }

  /// How a page is looked at.
  public struct Window: Sendable, CustomStringConvertible {
    /// Pixels across.
    public let width: Int
    /// Whether the reader wants dark pages.
    public let isDark: Bool

    /// - Parameters:
    ///   - width: pixels across.
    ///   - isDark: whether the reader wants dark pages.
    public init(width: Int, isDark: Bool) { (self.width, self.isDark) = (width, isDark) }

    /// Both, in words.
    public var description: String { "\(width) pixels, \(isDark ? "dark" : "light")" }
  }

  /// What a script found in a page.
  public struct Visit {
    /// What the script returned, as JSON.
    public let result: Data
    /// What the page, or the script, said on the console, and errors that nobody caught.
    public let complaints: [String]
  }

  /// Opens a page, in a frame because windows have a least width, and runs a script in it when
  /// everything has been drawn.
  ///
  /// - Parameters:
  ///   - html: the page.
  ///   - window: how it is looked at.
  ///   - script: the body of a function that returns what is asked for.
  public static func visit(_ html: String, _ window: Window, _ script: String) throws -> Visit {
    try withTemporaryFolder { folder in
      let page =
        html.replacing("<head>", with: "<head>" + listener, maxReplacements: 1)
        + driver(script)
      try folder.write(page, to: "page.html")
      try folder.write(frame(window.width), to: "frame.html")
      let scheme = window.isDark ? 0 : 1
      _ = try run(
        [
          path ?? "", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
          "--user-data-dir=" + folder("profile"), "--virtual-time-budget=4000",
          "--window-size=1400,950",
          "--blink-settings=preferredColorScheme=\(scheme)", "--dump-dom",
          "file://" + folder("frame.html"),
        ], output: folder("dom"))
      let dom = try folder.text("dom")
      return Visit(
        result: Data(part("outcome", of: dom).utf8),
        complaints: part("complaints", of: dom).split(separator: "\n").map(String.init))
    }
  }

  /// Notes everything that goes wrong from the beginning.
  private static let listener = """
    <script>
    window.complaints = [];
    addEventListener("error", (event) => complaints.push(event.message));
    addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
    for (const name of ["error", "warn", "log"]) console[name] = (...words) => complaints.push(words.join(" "));
    </script>
    """

  private static func driver(_ script: String) -> String {
    """
    <script>
    addEventListener("load", () => setTimeout(() => {
      let outcome = null;
      try { outcome = (() => { \(script) })(); } catch (error) { complaints.push(String(error)); }
      parent.postMessage({ outcome: JSON.stringify(outcome), complaints: complaints.join("\\n") }, "*");
    }, 1000));
    </script>
    """
  }

  /// A page that writes down what the page inside of it reports.
  private static func frame(_ width: Int) -> String {
    """
    <!DOCTYPE html><meta name="color-scheme" content="light dark">
    <script>
    addEventListener("message", ({ data }) => {
      for (const [id, text] of Object.entries(data)) {
        const element = document.createElement("pre");
        element.id = id;
        element.textContent = encodeURIComponent(text);
        document.body.append(element);
      }
    });
    </script>
    <body><iframe src="page.html" style="width:\(width)px;height:900px;border:0"></iframe></body>
    """
  }

  private static func part(_ id: String, of dom: String) -> String {
    guard let start = dom.range(of: "<pre id=\"\(id)\">"),
      let end = dom.range(of: "</pre>", range: start.upperBound..<dom.endIndex)
    else { return id == "complaints" ? "the page was not drawn" : "null" }
    return dom[start.upperBound..<end.lowerBound].removingPercentEncoding ?? ""
  }

  /// Runs a program, its output in a file; what it says besides is lost.
  private static func run(_ arguments: [String], output: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
