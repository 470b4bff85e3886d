extension LanguageModel {
  /// Calls `body` with each parameter, in the order of the forward pass.
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    body(&embedding.token)
    embedding.projection?.forEachParameter(body)
    if embedding.position != nil { body(&embedding.position!) }
    if embedding.tokenType != nil { body(&embedding.tokenType!) }
    embedding.norm?.forEachParameter(body)
    for layer in 0..<blocks.blocks.count { blocks.blocks[layer].forEachParameter(body) }
    final.norm?.forEachParameter(body)
    final.transform?.forEachParameter(body)
    final.projection?.forEachParameter(body)
    if ownHead != nil { body(&ownHead!) }
    if headBias != nil { body(&headBias!) }
    pooler?.forEachParameter(body)
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
