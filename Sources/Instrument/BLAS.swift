import COpenBLAS
import Foundation

/// OpenBLAS, loaded once, on one thread: Assay divides the work itself.
public struct BLAS: Sendable {
  let functions: openblas_functions

  /// The library.
  ///
  /// - Throws: `MissingComponent` if the machine does not have it.
  public static func load() throws(MissingComponent) -> BLAS { try loaded.get() }

  /// The kernels in use, by OpenBLAS's name for the CPU they are written for.
  public var core: String { functions.get_corename().map { String(cString: $0) } ?? "unknown" }

  /// Version and build options.
  public var version: String {
    let config = functions.get_config().map { String(cString: $0) } ?? "unknown"
    return config.trimmingCharacters(in: .whitespaces)
  }

  private static let loaded: Result<BLAS, MissingComponent> = {
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    if let core = preferredCore { setenv("OPENBLAS_CORETYPE", core, 1) }
    var problem: UnsafePointer<CChar>?
    guard let functions = openblas_load(&problem) else {
      let reason = problem.map { String(cString: $0) } ?? "unknown"
      return .failure(MissingComponent("OpenBLAS", reason, "libopenblas-dev"))
    }
    return .success(BLAS(functions: functions.pointee))
  }()

  /// The kernels that suit the CPU's instructions, whatever its name; or those that the variable
  /// `ASSAY_BLAS_CORE` names.
  ///
  /// OpenBLAS 0.3.21 knows CPUs by model, and gives one that is newer than itself the kernels of a
  /// Prescott, a fifth of the speed (32 instead of 155 GFLOP/s on a core of a Xeon). Environments
  /// that set `OPENBLAS_CORETYPE` for reproducible results have the same effect; a measurement
  /// records the kernels instead.
  static var preferredCore: String? {
    let chosen = ProcessInfo.processInfo.environment["ASSAY_BLAS_CORE"] ?? ""
    if !chosen.isEmpty { return chosen }
    #if os(Linux) && arch(x86_64)
      let flags = SystemFile.value(of: "flags", in: "/proc/cpuinfo") ?? ""
      return preferredCore(flags: Set(flags.split(separator: " ").map(String.init)))
    #else
      return nil
    #endif
  }

  static func preferredCore(flags: Set<String>) -> String? {
    if flags.isSuperset(of: ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]) {
      return "SkylakeX"
    }
    return flags.isSuperset(of: ["avx2", "fma"]) ? "Haswell" : nil
  }
}
