extension ModelShape {
  /// Reads a Hugging Face `config.json`. Fields that transformers leaves out when they have their
  /// defaults may be missing.
  ///
  /// - Parameter path: of the file.
  /// - Throws: `InputError` that names the file and the field.
  public init(configurationAt path: String) throws(InputError) {
    try self.init(ConfigurationFile(path))
  }

  /// Reads the settings of a model.
  init(_ file: ConfigurationFile) throws(InputError) {
    let type = try file.string("model_type")
    guard let family = Family(rawValue: type) else {
      throw InputError(
        file.path, field: "model_type", found: "\"\(type.quoted)\"",
        expected: "one of " + Family.allCases.map(\.rawValue).joined(separator: ", "))
    }
    try self.init(file, family)
    if architecture.head == .languageModel, try file.architecture()?.isHeadless == true {
      architecture.head = .none
    }
  }

  private init(_ file: ConfigurationFile, _ family: Family) throws(InputError) {
    switch family {
    case .gpt2: self = try .gpt2(file)
    case .llama: self = try .llama(file)
    case .mistral: self = try .mistral(file)
    case .qwen2: self = try .qwen2(file)
    case .qwen3: self = try .qwen3(file)
    case .gemma: self = try .gemma(file)
    case .phi: self = try .phi(file)
    case .opt: self = try .opt(file)
    case .bloom: self = try .bloom(file)
    case .gptNeoX: self = try .gptNeoX(file)
    case .falcon: self = try .falcon(file)
    case .mixtral: self = try .mixtral(file)
    case .qwen3MoE: self = try .qwen3MoE(file)
    case .bert: self = try .bert(file)
    case .roberta, .xlmRoberta: self = try .roberta(file, family)
    case .marian: self = try .marian(file)
    case .t5: self = try .t5(file)
    }
  }
}

extension String {
  /// Whether a class of transformers of this name is a model without a head, such as `LlamaModel`.
  var isHeadless: Bool {
    hasSuffix("Model") && !hasSuffix("LMHeadModel") && !hasSuffix("MTModel")
  }
}
