import Foundation

/// What the operating system says of memory: the witness that knows nothing of the ledger.
public enum SystemMemory {
  /// Bytes of this process that lie in physical memory; nil where the system does not tell.
  public static var residentBytes: Int? {
    guard let fields = read("/proc/self/statm")?.split(separator: " "), fields.count > 1,
      let pages = Int(fields[1])
    else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// Bytes that this process may still take: what the machine has free, or its control group
  /// allows, whichever is less; nil where the system does not tell.
  public static var availableBytes: Int? {
    [availableToMachine, availableToGroup].compactMap { $0 }.min()
  }

  private static var availableToMachine: Int? {
    let lines = read("/proc/meminfo")?.split(separator: "\n") ?? []
    guard let line = lines.first(where: { $0.hasPrefix("MemAvailable:") }) else { return nil }
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  private static var availableToGroup: Int? {
    guard let limit = integer("/sys/fs/cgroup/memory.max"),
      let used = integer("/sys/fs/cgroup/memory.current")
    else { return nil }
    return max(0, limit - used)
  }

  private static func integer(_ path: String) -> Int? {
    read(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private static func read(_ path: String) -> String? {
    // Files of /proc have no size, which `contents(atPath:)` copes with and mapping does not.
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}
