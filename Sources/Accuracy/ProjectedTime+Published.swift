import Catalogue
import Projection

extension ProjectedTime {
  /// The time of an update of a published run.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it was trained; micro-batches follow from the layout.
  ///   - layout: how ranks divided both.
  ///   - gpu: what each rank had.
  ///   - kernels: of the framework.
  ///   - change: what else differs from the defaults.
  /// - Throws: `InputError` for a layout that the model does not allow, and for a device that is not
  ///   built in.
  init(
    published shape: ModelShape, _ recipe: Recipe, _ layout: Layout, on gpu: String = "a100-80gb",
    _ kernels: KernelSet, _ change: (inout TimeOptions) -> Void = { _ in }
  ) throws(InputError) {
    var options = TimeOptions()
    options.kernels = kernels
    change(&options)
    try layout.validate(for: shape, recipe)
    try self.init(shape, layout.recipe(recipe), layout, on: Device(named: gpu), options)
  }
}
