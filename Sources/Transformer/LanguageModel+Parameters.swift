extension LanguageModel {
  /// Calls `body` with each parameter, in the order of the forward pass.
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&embedding.token)
    body(&embedding.position)
    for layer in 0..<blocks.count { blocks[layer].forEachParameter(body) }
    finalNorm.forEachParameter(body)
    if ownHead != nil { body(&ownHead!) }
  }
}

extension Block {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    attentionNorm.forEachParameter(body)
    body(&attention.qkv)
    body(&attention.qkvBias)
    body(&attention.projection.weight)
    body(&attention.projection.bias)
    mlpNorm.forEachParameter(body)
    body(&mlp.up)
    body(&mlp.upBias)
    body(&mlp.down.weight)
    body(&mlp.down.bias)
  }
}

extension LayerNorm {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&weight)
    body(&bias)
  }
}
