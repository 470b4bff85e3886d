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

  /// Bytes that this process may still take: what the machine has free, or its control group or
  /// its own limit (`ulimit -v`) allows, whichever is least; nil where the system does not tell.
  public static var availableBytes: Int? {
    [availableToMachine, availableToGroup, availableToProcess].compactMap { $0 }.min()
  }

  /// Addresses that this process may still take; nil where they are not limited.
  private static var availableToProcess: Int? {
    var limit = rlimit()
    guard getrlimit(addressSpace, &limit) == 0, limit.rlim_cur < UInt.max >> 1 else { return nil }
    let pages = SystemFile.text("/proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) }
    let used = (pages ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    return max(0, Int(limit.rlim_cur) - used - needsOfLibraries)
  }

  #if os(Linux)
    private static let addressSpace = __rlimit_resource_t(RLIMIT_AS.rawValue)
  #else
    private static let addressSpace = RLIMIT_AS
  #endif

  /// Addresses that libraries take: code, and for each core a buffer of OpenBLAS (32 MiB), a stack
  /// (8 MiB) and a heap of malloc (64 MiB, aligned to as much).
  private static var needsOfLibraries: Int { (256 + 192 * Parallel.threads) << 20 }

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
