import Catalogue
import Foundation

/// A row of Megatron-LM's functional tests: its golden values, and the configuration they are of.
struct MegatronRun: Decodable, Sendable {
  let name: String
  let hardware: String
  let environment: String
  let path: String
  let commit: String
  let phase: String
  let family: String
  let dataRanks: Int
  let attention: String
  let allocated: Double?
  let peak: Double?
  let config: Config

  enum CodingKeys: String, CodingKey {
    case name = "case"
    case hardware, phase, family, config
    case environment = "env"
    case path = "measured_path"
    case commit = "measured_commit"
    case dataRanks = "dp"
    case attention = "attention_backend_effective"
    case allocated = "mem_allocated_steady"
    case peak = "mem_max_allocated"
  }

  /// What tells it from others.
  var title: String { "\(name) \(hardware) \(environment)" }

  /// The arguments of the run, by Megatron-LM's names.
  struct Config: Decodable, Sendable {
    let num_layers: Int
    let hidden_size: Int
    let ffn_hidden_size: Int
    let num_attention_heads: Int
    let kv_channels: Int
    let num_query_groups: Int?
    let group_query_attention: Bool
    let seq_length: Int
    let max_position_embeddings: Int
    let position_embedding_type: String
    let padded_vocab_size: Int
    let micro_batch_size: Int
    let global_batch_size: Int
    let tp: Int
    let pp: Int
    let cp: Int?
    let vpp: Int
    let decoder_first_pipeline_num_layers: Int?
    let decoder_last_pipeline_num_layers: Int?
    let account_for_embedding_in_pipeline_split: Bool
    let account_for_loss_in_pipeline_split: Bool
    let sequence_parallel_effective: Bool
    let use_distributed_optimizer: Bool
    let precision: String
    let main_grads_dtype: String
    let swiglu: Bool
    let squared_relu: Bool?
    let normalization: String
    let qk_layernorm: Bool
    let untie_embeddings_and_output_weights: Bool
    let disable_bias_linear: Bool
    let add_qkv_bias: Bool
    let transformer_impl: String
    let masked_softmax_fusion: Bool
    let attention_softmax_in_fp32: Bool
    let apply_query_key_layer_scaling: Bool
    let attention_backend: String?
    let hidden_dropout: Float
    let attention_dropout: Float
    let create_attention_mask_in_dataloader: Bool
    let recompute_granularity: String?
    let recompute_method: String?
    let recompute_num_layers: Int?
    let cublas_workspace_config: String?
    let pytorch_cuda_alloc_conf: String?
    let cross_entropy_loss_fusion: Bool
    let defer_embedding_wgrad_compute: Bool
  }

  /// All rows of a file.
  static func read(_ path: String) throws(InputError) -> [MegatronRun] {
    struct File: Decodable { let rows: [MegatronRun] }
    do {
      return try JSONDecoder().decode(File.self, from: try TextFile.bytes(path)).rows
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(
        path, found: "\(error)", expected: "rows of golden values with their configuration")
    }
  }
}
