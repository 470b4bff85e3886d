extension LanguageModel {
  /// Calls `body` with each parameter, in the order of the forward pass.
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&embedding.token)
    body(&embedding.position)
    for layer in 0..<blocks.blocks.count { blocks.blocks[layer].forEachParameter(body) }
    finalNorm.forEachParameter(body)
    if ownHead != nil { body(&ownHead!) }
  }
}

extension Block {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    attentionNorm.forEachParameter(body)
    attention.qkv.forEachParameter(body)
    attention.projection.linear.forEachParameter(body)
    mlpNorm.forEachParameter(body)
    mlp.up.forEachParameter(body)
    mlp.down.linear.forEachParameter(body)
  }
}

extension Linear {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&weight)
    body(&bias)
  }
}

extension LayerNorm {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&weight)
    body(&bias)
  }
}
