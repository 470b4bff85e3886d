/// The format of files of events, `assay.events.v1`: comma-separated values, an event a line, under
/// headings.
///
/// The heading of the first column, which numbers the events, is the format's name. Of the others
/// `kind` (allocate, free, retag), `tensor` (a number of its own for each) and `bytes` are needed;
/// `phase`, `category`, `path` and `stream` are read where they are there; more may be.
public enum EventFile {
  /// The name of the format.
  public static let schema = "assay.events.v1"
  /// The headings of the files that Assay writes.
  public static let columns = [
    schema, "kind", "tensor", "bytes", "phase", "category", "role", "precision", "path", "seconds",
  ]
}
