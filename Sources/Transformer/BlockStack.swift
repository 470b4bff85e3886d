import BasicContainers
import Catalogue
import Instrument

/// Blocks of a model, one after the other, in groups that keep their activations for backward
/// or only their input.
struct BlockStack: ~Copyable {
  var blocks: UniqueArray<Block>

  /// What backward needs, group by group.
  struct Saved: ~Copyable {
    var groups: UniqueArray<Group>
  }

  /// What backward needs of a group: the activations of its blocks, or its input, from which they
  /// can be made again.
  enum Group: ~Copyable {
    case activations(UniqueArray<Block.Saved>)
    case input(Tensor)
  }

  /// - Parameters:
  ///   - shape: the model.
  ///   - layers: those of its layers that are to be here.
  ///   - initialisation: of the weights.
  ///   - engine: what they live on.
  init(
    _ shape: ModelShape, _ layers: Range<Int>,
    _ initialisation: (TensorRole) -> Parameter.Initialisation, _ engine: Engine
  ) {
    blocks = UniqueArray(minimumCapacity: layers.count)
    for layer in 0..<shape.layers {
      if layers.contains(layer) {
        blocks.append(Block(shape, layer: layer, initialisation, engine))
      } else {
        // Another stage's: its weights are drawn all the same, so that those that follow are those
        // of the whole model.
        _ = Block(shape, layer: layer, initialisation, Engine(unrecorded: engine.rank))
      }
    }
  }

  /// The residual stream (R,h) behind the last block.
  mutating func forward(_ input: consuming Tensor, _ step: Step) -> Forwarded<Saved> {
    var stream = input
    var groups = UniqueArray<Group>()
    for layers in Self.groups(of: blocks.count, step) {
      if step.recipe.recompute.groupSize(layers: blocks.count) == nil {
        let passed = forward(layers, stream, step)
        stream = passed.stream
        groups.append(.activations(passed.saved))
      } else {
        let passed = forwardForgetting(layers, stream, step)
        stream = passed.stream
        groups.append(.input(passed.saved))
      }
    }
    return Forwarded(stream: stream, saved: Saved(groups: groups))
  }

  /// Gradients; that of the residual stream (R,h) is updated in place.
  mutating func backward(_ gradient: borrowing Tensor, _ saved: consuming Saved, _ step: Step) {
    var groups = saved.groups
    for layers in Self.groups(of: blocks.count, step).reversed() {
      guard let group = groups.popLast() else { return }
      var kept = activations(of: layers, group, step)
      for layer in layers.reversed() {
        guard let saved = kept.popLast() else { continue }
        blocks[layer].gather()
        blocks[layer].backward(gradient, saved, step)
        blocks[layer].settle()
      }
    }
  }

  /// What backward needs of each block, and the stream behind the last.
  ///
  /// - Parameter gathered: a block whose weights backward needs next, so that they stay together.
  private mutating func forward(
    _ layers: Range<Int>, _ input: consuming Tensor, gathered: Int? = nil, _ step: Step
  ) -> Forwarded<UniqueArray<Block.Saved>> {
    var stream = input
    var saved = UniqueArray<Block.Saved>(minimumCapacity: layers.count)
    for layer in layers {
      blocks[layer].gather()
      let passed = blocks[layer].forward(stream, step)
      if layer != gathered { blocks[layer].release() }
      stream = passed.stream
      saved.append(passed.saved)
    }
    return Forwarded(stream: stream, saved: saved)
  }

  /// The same, keeping nothing but the input.
  private mutating func forwardForgetting(
    _ layers: Range<Int>, _ input: consuming Tensor, _ step: Step
  ) -> Forwarded<Tensor> {
    blocks[layers.lowerBound].gather()
    let first = blocks[layers.lowerBound].forward(input, step)
    blocks[layers.lowerBound].release()
    let checkpoint = first.saved.input
    var stream = first.stream
    for layer in layers.dropFirst() {
      blocks[layer].gather()
      let passed = blocks[layer].forward(stream, step)
      blocks[layer].release()
      stream = passed.stream
    }
    return Forwarded(stream: stream, saved: checkpoint)
  }

  /// The activations of a group: as they were kept, or made again.
  private mutating func activations(
    of layers: Range<Int>, _ group: consuming Group, _ step: Step
  ) -> UniqueArray<Block.Saved> {
    switch consume group {
    case .activations(let saved): return saved
    case .input(let input):
      step.engine.beginRecomputing()
      defer { step.engine.endRecomputing() }
      let passed = forward(layers, input, gathered: layers.last, step)
      return passed.saved
    }
  }

  private static func groups(of layers: Int, _ step: Step) -> [Range<Int>] {
    guard layers > 0 else { return [] }
    let size = step.recipe.recompute.groupSize(layers: layers) ?? layers
    return stride(from: 0, to: layers, by: size).map { $0..<min($0 + size, layers) }
  }
}
