extension LanguageModel {
  /// Calls `body` with each parameter, in the order of the forward pass.
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&embedding.token)
    if embedding.position != nil { body(&embedding.position!) }
    embedding.norm?.forEachParameter(body)
    for layer in 0..<blocks.blocks.count { blocks.blocks[layer].forEachParameter(body) }
    finalNorm.forEachParameter(body)
    if ownHead != nil { body(&ownHead!) }
    if headBias != nil { body(&headBias!) }
  }
}

extension Block {
  fileprivate mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    attentionNorm.forEachParameter(body)
    attention.qkv.forEachParameter(body)
    attention.queryNorm?.norm.forEachParameter(body)
    attention.keyNorm?.norm.forEachParameter(body)
    attention.projection.linear.forEachParameter(body)
    mlpNorm?.forEachParameter(body)
    mlp.forEachParameter(body)
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
