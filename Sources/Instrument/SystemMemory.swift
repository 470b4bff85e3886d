import Foundation

/// What the operating system says of memory: the witness that knows nothing of the ledger.
public enum SystemMemory {
  /// Bytes of this process that lie in physical memory; nil where the system does not tell.
  public static var residentBytes: Int? {
    guard let fields = SystemFile.text("/proc/self/statm")?.split(separator: " "), fields.count > 1,
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
    SystemFile.value(of: "MemAvailable", in: "/proc/meminfo")?.split(separator: " ").first
      .flatMap { Int($0) }.map { $0 * 1024 }
  }

  private static var availableToGroup: Int? {
    guard let limit = integer("/sys/fs/cgroup/memory.max"),
      let used = integer("/sys/fs/cgroup/memory.current")
    else { return nil }
    return max(0, limit - used)
  }

  private static func integer(_ path: String) -> Int? {
    SystemFile.text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}
