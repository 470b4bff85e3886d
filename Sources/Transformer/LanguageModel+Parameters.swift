extension LanguageModel {
  /// Calls `body` with each parameter, in the order of the forward pass.
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    embedding?.forEachParameter(body)
    encoder?.forEachParameter(body)
    blocks.position?.forEachParameter(body)
    for layer in 0..<blocks.blocks.count { blocks.blocks[layer].forEachParameter(body) }
    forEachHeadParameter(body)
  }

  /// Calls `body` with each parameter outside of the blocks.
  mutating func forEachOuterParameter(_ body: (inout Parameter) -> Void) {
    embedding?.forEachParameter(body)
    encoder?.forEachOuterParameter(body)
    blocks.position?.forEachParameter(body)
    forEachHeadParameter(body)
  }

  private mutating func forEachHeadParameter(_ body: (inout Parameter) -> Void) {
    final.norm?.norm.forEachParameter(body)
    final.transform?.forEachParameter(body)
    final.projection?.forEachParameter(body)
    if ownHead != nil { body(&ownHead!) }
    if headBias != nil { body(&headBias!) }
    pooler?.forEachParameter(body)
  }
}

extension Encoder {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    embedding?.forEachParameter(body)
    blocks.position?.forEachParameter(body)
    for layer in 0..<blocks.blocks.count { blocks.blocks[layer].forEachParameter(body) }
    norm?.norm.forEachParameter(body)
  }

  /// Calls `body` with each parameter outside of the blocks.
  fileprivate mutating func forEachOuterParameter(_ body: (inout Parameter) -> Void) {
    embedding?.forEachParameter(body)
    blocks.position?.forEachParameter(body)
    norm?.norm.forEachParameter(body)
  }
}

extension RelativePosition {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) { body(&table) }
}

extension Embedding {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&token)
    projection?.forEachParameter(body)
    if position != nil { body(&position!) }
    if tokenType != nil { body(&tokenType!) }
    norm?.forEachParameter(body)
  }
}

/// A block's weights, and those outside of the blocks, are what replicas put together at a time
/// where they divide them: the units of FSDP (Zhao et al., arXiv 2304.11277, section 3.2).
extension Block {
  /// Puts the weights together.
  mutating func gather() { forEachParameter { $0.gather() } }

  /// Frees what was put together.
  mutating func release() { forEachParameter { $0.release() } }

  /// Shares out the gradients that backward has left, and frees the weights.
  mutating func settle() {
    forEachParameter { $0.scatterGradient() }
    release()
  }

  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    attentionNorm.forEachParameter(body)
    attention.qkv.forEachParameter(body)
    attention.queryNorm?.norm.forEachParameter(body)
    attention.keyNorm?.norm.forEachParameter(body)
    attention.projection.linear.forEachParameter(body)
    cross?.norm.forEachParameter(body)
    cross?.attention.forEachParameter(body)
    mlpNorm?.forEachParameter(body)
    mlp.forEachParameter(body)
  }
}

extension CrossAttention {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    query.forEachParameter(body)
    keyValue.forEachParameter(body)
    projection.linear.forEachParameter(body)
  }
}

extension HeadTransform {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    linear.forEachParameter(body)
    norm.forEachParameter(body)
  }
}

extension Linear {
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&weight)
    if bias != nil { body(&bias!) }
  }
}

extension Norm {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&weight)
    if bias != nil { body(&bias!) }
  }
}
