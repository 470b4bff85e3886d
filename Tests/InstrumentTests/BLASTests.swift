import Foundation
import Testing

@testable import Instrument

@Suite struct BLASTests {
  /// What SkylakeX's kernels use.
  static let skylake: Set = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]

  @Test("A CPU with all five parts of AVX-512 gets the kernels of SkylakeX, whatever else it has")
  func avx512() {
    #expect(BLAS.preferredCore(flags: Self.skylake) == "SkylakeX")
    #expect(
      BLAS.preferredCore(flags: Self.skylake.union(["sse2", "avx2", "fma", "amx_tile"]))
        == "SkylakeX")
  }

  @Test("A CPU that lacks one of them gets those of Haswell", arguments: skylake)
  func incomplete(_ missing: String) {
    let flags = Self.skylake.subtracting([missing])
    #expect(BLAS.preferredCore(flags: flags.union(["avx2", "fma"])) == "Haswell")
    #expect(BLAS.preferredCore(flags: flags) == nil)
  }

  @Test("A CPU without AVX2 or without FMA is left to OpenBLAS")
  func older() {
    #expect(BLAS.preferredCore(flags: ["sse2", "avx", "avx2", "fma", "f16c"]) == "Haswell")
    #expect(BLAS.preferredCore(flags: ["sse2", "avx", "avx2"]) == nil)
    #expect(BLAS.preferredCore(flags: ["sse2", "avx", "fma"]) == nil)
    #expect(BLAS.preferredCore(flags: []) == nil)
  }

  @Test("The kernels in use are those preferred, where the CPU's flags name any")
  func inUse() throws {
    guard let preferred = BLAS.preferredCore else { return }
    #expect(try BLAS.load().core == preferred)
  }

  #if os(Linux) && arch(x86_64)
    /// In a process of its own, because a process loads OpenBLAS once.
    @Test("ASSAY_BLAS_CORE has the last word, over the CPU and over OPENBLAS_CORETYPE")
    func chosen() async {
      await #expect(processExitsWith: .success) {
        setenv("OPENBLAS_CORETYPE", "Nehalem", 1)
        setenv("ASSAY_BLAS_CORE", "Sandybridge", 1)
        let core = try BLAS.load().core
        #expect(core == "Sandybridge")
      }
    }

    @Test("An empty ASSAY_BLAS_CORE chooses nothing")
    func empty() async {
      await #expect(processExitsWith: .success) {
        unsetenv("ASSAY_BLAS_CORE")
        let usual = BLAS.preferredCore
        setenv("ASSAY_BLAS_CORE", "", 1)
        #expect(BLAS.preferredCore == usual)
      }
    }

    @Test("OPENBLAS_CORETYPE does not slow a measurement down")
    func environment() async {
      await #expect(processExitsWith: .success) {
        setenv("OPENBLAS_CORETYPE", "Nehalem", 1)
        unsetenv("ASSAY_BLAS_CORE")
        guard let preferred = BLAS.preferredCore else { return }
        let core = try BLAS.load().core
        #expect(core == preferred)
      }
    }
  #endif
}
