import Catalogue

/// What cuBLAS takes for itself, as PyTorch sets it: a workspace for the thread of the forward pass
/// and one for that of backward, each of 4096 KiB twice and 16 KiB eight times, or on devices of
/// compute capability 9 of 4096 KiB eight times (PyTorch, aten/src/ATen/cuda/CublasHandlePool.cpp,
/// `parseChosenWorkspaceSize`).
struct Workspace {
  /// The name under which an allocation stream has it.
  static let category = "workspace"

  let bytes: Int

  /// What it is known from.
  let source = "PyTorch's default CUBLAS_WORKSPACE_CONFIG, one for forward and one for backward"

  init(_ device: Device) { self.init(computeCapability: device.computeCapability) }

  init(computeCapability: String?) {
    let isHopper = computeCapability?.hasPrefix("9.") ?? false
    bytes = 2 * 1024 * (isHopper ? 8 * 4096 : 2 * 4096 + 8 * 16)
  }
}
