using System.Globalization;
using System.Text.Json;

namespace Tonne.Estimation.LanguageModels;

/// <summary>Computes a model's size from the fields of a Hugging Face <c>config.json</c>.</summary>
/// <remarks>
/// <code>
/// embedding   vocabulary × width, twice unless tied
/// attention   width × head size × (2 × heads + 2 × key-value heads), or the low-rank form of DeepSeek-V2 and later
/// network     width × inner width × 3 with a gate, else 2; of a mixture for each expert, the shared ones and the router
/// cache       2 × layers × key-value heads × head size × 2 bytes, or layers × (latent + rotary) × 2 bytes
/// </code>
/// Biases and norms are left out: less than 0.1 %.
/// </remarks>
public static class HuggingFaceConfig
{
    static readonly HashSet<string> _withoutGate = new(StringComparer.Ordinal)
    {
        "gpt2", "gptj", "gpt_neox", "gpt_neo", "gpt_bigcode", "opt", "bloom", "falcon", "mpt", "phi", "bert", "roberta", "xlm-roberta", "distilbert", "starcoder2", "nemotron", "persimmon", "codegen",
    };

    static readonly HashSet<string> _untied = new(StringComparer.Ordinal)
    {
        "llama", "mistral", "mixtral", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "phi3", "phi", "gpt_neox", "gptj", "deepseek_v2", "deepseek_v3", "olmo2", "olmoe", "glm4_moe", "gpt_oss", "dbrx", "codegen", "nemotron", "kimi_k2", "llama4_text", "minimax",
    };

    static readonly string[] _inner = ["text_config", "llm_config", "language_config", "text_model"];

    /// <summary>Reads a configuration.</summary>
    /// <param name="config">The JSON object.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="path">Path of the file, for messages.</param>
    /// <exception cref="ModelFileException">Width, layers or vocabulary are missing or impossible.</exception>
    public static LanguageModel Read(JsonElement config, string name, string path)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (config.ValueKind != JsonValueKind.Object)
            throw new ModelFileException($"{path}: it is not a JSON object, as a config.json is.");
        var format = FindFormat(config);
        // A model of text and images has the language model inside.
        foreach (var key in _inner)
        {
            if (Find(config, "hidden_size", "n_embd", "d_model") is null && config.TryGetProperty(key, out var inside) && inside.ValueKind == JsonValueKind.Object)
                config = inside;
        }

        var type = config.TryGetProperty("model_type", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
        var width = Need(config, path, "hidden_size", "n_embd", "d_model", "dim");
        var layers = Need(config, path, "num_hidden_layers", "n_layer", "num_layers", "n_layers");
        var vocabulary = Need(config, path, "vocab_size", "n_vocab");
        var heads = Find(config, "num_attention_heads", "n_head", "n_heads", "num_heads") ?? 1;
        var headSize = Find(config, "head_dim") ?? Math.Floor(width / heads);
        var keyValueHeads = IsTrue(config, "multi_query") && !IsTrue(config, "new_decoder_architecture") ? 1
            : Find(config, "num_key_value_heads", "n_head_kv", "num_kv_heads") ?? heads;
        var inner = Find(config, "intermediate_size", "n_inner", "ffn_dim", "d_ff", "ffn_hidden_size") ?? 4 * width;
        var matrices = _withoutGate.Contains(type) ? 2 : 3;
        var tied = config.TryGetProperty("tie_word_embeddings", out var tie) && tie.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? tie.ValueKind == JsonValueKind.True : !_untied.Contains(type);

        double attention, cache;
        if (Find(config, "kv_lora_rank") is { } latent)
        {
            var (rotary, plain, value) = (Find(config, "qk_rope_head_dim") ?? 64, Find(config, "qk_nope_head_dim") ?? headSize, Find(config, "v_head_dim") ?? headSize);
            var queries = heads * (plain + rotary);
            attention = (Find(config, "q_lora_rank") is { } rank ? rank * (width + queries) : width * queries)
                + (width * (latent + rotary)) + (latent * heads * (plain + value)) + (heads * value * width);
            cache = layers * (latent + rotary) * 2;
        }
        else
        {
            attention = width * headSize * ((2 * heads) + (2 * keyValueHeads));
            cache = layers * 2 * keyValueHeads * headSize * 2;
        }

        var network = matrices * width * inner;
        var (allLayers, usedLayers) = (layers * network, layers * network);
        double? share = null;
        if (Find(config, "num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts") is > 1 and { } experts)
        {
            var used = Find(config, "num_experts_per_tok", "experts_per_token", "moe_topk", "moe_top_k", "num_experts_per_token")
                ?? throw new ModelFileException($"{path}: it has {experts:0} experts, but no 'num_experts_per_tok'. Give --parameters and --active-parameters instead.");
            if (used > experts)
                throw new ModelFileException($"{path}: a token chooses {used:0} of {experts:0} experts, which is impossible.");
            var expert = 3 * width * (Find(config, "moe_intermediate_size", "expert_ffn_hidden_size", "moe_ffn_hidden_size") ?? inner);
            var shared = Find(config, "shared_expert_intermediate_size") is { } sharedInner ? 3 * width * sharedInner : (Find(config, "n_shared_experts", "num_shared_experts") ?? 0) * expert;
            var dense = Math.Min(layers, Find(config, "first_k_dense_replace") ?? 0);
            var sparse = Math.Ceiling((layers - dense) / Math.Max(1, Find(config, "decoder_sparse_step", "moe_layer_freq", "interleave_moe_layer_step") ?? 1));
            var router = width * experts;
            allLayers = ((layers - sparse) * network) + (sparse * ((experts * expert) + shared + router));
            usedLayers = ((layers - sparse) * network) + (sparse * ((used * expert) + shared + router));
            share = used / experts;
        }

        // Learned positions; the others have none, or compute them.
        var positions = type is "gpt2" or "opt" or "bert" or "roberta" ? Find(config, "max_position_embeddings", "n_positions") ?? 0 : 0;
        var rest = (((vocabulary * (tied ? 1 : 2)) + positions) * width) + (layers * attention);
        var (all, active) = (rest + allLayers, rest + usedLayers);
        if (!(all is >= 1 and <= 1e16))
            throw new ModelFileException($"{path}: its fields come to {all:g3} parameters, which is impossible.");
        return new LanguageModel
        {
            Name = name,
            Parameters = all,
            ActiveParameters = share is null ? null : active,
            Layers = (int)layers,
            KvCacheBytesPerToken = cache,
            ExpertShare = share,
            Format = format,
            Origin = string.Create(CultureInfo.InvariantCulture, $"computed from {path}"),
        };
    }

    static string? FindFormat(JsonElement config)
    {
        if (!config.TryGetProperty("quantization_config", out var quantised) || quantised.ValueKind != JsonValueKind.Object)
            return null;
        var method = quantised.TryGetProperty("quant_method", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        if (method is "fp8" or "fbgemm_fp8" or "mxfp4")
            return method == "mxfp4" ? "mxfp4" : "fp8";
        return Find(quantised, "bits", "num_bits", "w_bit") is { } bits ? bits <= 4 ? "int4" : "int8"
            : IsTrue(quantised, "load_in_4bit") || method is "awq" or "gptq" ? "int4" : IsTrue(quantised, "load_in_8bit") ? "int8" : null;
    }

    static bool IsTrue(JsonElement config, string key) => config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

    static double Need(JsonElement config, string path, params ReadOnlySpan<string> keys) =>
        Find(config, keys) ?? throw new ModelFileException($"{path}: it has no '{keys[0]}', so the size is unknown. Give --parameters, or another file of the model.");

    /// <summary>The first of several keys that has a number from 1 to 10 million; null if none has.</summary>
    static double? Find(JsonElement config, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 1 and <= 1e7)
                return number;
        }

        return null;
    }
}
