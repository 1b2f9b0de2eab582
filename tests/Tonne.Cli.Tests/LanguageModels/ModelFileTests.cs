using System.Buffers.Binary;
using System.Text;
using Tonne.Cli.LanguageModels;
using Tonne.Estimation.LanguageModels;

namespace Tonne.Cli.Tests.LanguageModels;

public sealed class ModelFileTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-model-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    // The fields of the published configurations; expected: the sizes that papers and cards state, in billions (arXiv 2407.21783, 2412.15115, 2505.09388, 2401.04088,
    // 2412.19437, 2211.05100; GPT-2's smallest: 124 million), and bytes of attention cache per token = 2 × layers × key-value heads × head size × 2.
    [Theory]
    [InlineData("""{"model_type":"llama","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,"tie_word_embeddings":false}""", "Llama-3.1-8B", 8.03, null, 131_072)]
    [InlineData("""{"model_type":"llama","hidden_size":3072,"intermediate_size":8192,"num_hidden_layers":28,"num_attention_heads":24,"num_key_value_heads":8,"head_dim":128,"vocab_size":128256,"tie_word_embeddings":true}""", "Llama-3.2-3B", 3.21, null, 114_688)]
    [InlineData("""{"model_type":"qwen2","hidden_size":3584,"intermediate_size":18944,"num_hidden_layers":28,"num_attention_heads":28,"num_key_value_heads":4,"vocab_size":152064,"tie_word_embeddings":false}""", "Qwen2.5-7B", 7.61, null, 57_344)]
    [InlineData("""{"model_type":"qwen2","hidden_size":5120,"intermediate_size":27648,"num_hidden_layers":64,"num_attention_heads":40,"num_key_value_heads":8,"vocab_size":152064,"tie_word_embeddings":false}""", "Qwen2.5-32B", 32.5, null, 262_144)]
    [InlineData("""{"model_type":"qwen3","hidden_size":4096,"intermediate_size":12288,"num_hidden_layers":36,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":128,"vocab_size":151936,"tie_word_embeddings":false}""", "Qwen3-8B", 8.2, null, 147_456)]
    [InlineData("""{"model_type":"qwen3_moe","hidden_size":2048,"intermediate_size":6144,"moe_intermediate_size":768,"num_experts":128,"num_experts_per_tok":8,"decoder_sparse_step":1,"num_hidden_layers":48,"num_attention_heads":32,"num_key_value_heads":4,"head_dim":128,"vocab_size":151936,"tie_word_embeddings":false}""", "Qwen3-30B-A3B", 30.5, 3.3, 98_304)]
    [InlineData("""{"model_type":"mixtral","hidden_size":4096,"intermediate_size":14336,"num_local_experts":8,"num_experts_per_tok":2,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":32000}""", "Mixtral-8x7B", 46.7, 12.9, 131_072)]
    [InlineData("""{"model_type":"deepseek_v3","hidden_size":7168,"intermediate_size":18432,"moe_intermediate_size":2048,"n_routed_experts":256,"n_shared_experts":1,"num_experts_per_tok":8,"first_k_dense_replace":3,"num_hidden_layers":61,"num_attention_heads":128,"num_key_value_heads":128,"kv_lora_rank":512,"q_lora_rank":1536,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,"vocab_size":129280,"tie_word_embeddings":false,"quantization_config":{"quant_method":"fp8"}}""", "DeepSeek-V3", 671, 37.0, 70_272)]
    [InlineData("""{"model_type":"bloom","n_embed":14336,"hidden_size":14336,"n_layer":70,"num_attention_heads":112,"vocab_size":250880}""", "BLOOM", 176.25, null, 4_014_080)]
    [InlineData("""{"model_type":"gpt2","n_embd":768,"n_layer":12,"n_head":12,"n_positions":1024,"vocab_size":50257}""", null, 0.124, null, 36_864)]
    public void The_fields_of_a_configuration_come_to_the_published_size(string config, string? inCatalog, double billions, double? active, double cache)
    {
        var model = ModelFile.Read(Write("config.json", config));

        Assert.Equal(1, model.Parameters / (billions * 1e9), 0.01);
        if (active is null)
            Assert.Null(model.ActiveParameters);
        else
            Assert.Equal(1, model.ActiveParameters!.Value / (active.Value * 1e9), 0.03);
        Assert.Equal(cache, model.KvCacheBytesPerToken);
        Assert.Equal(inCatalog == "DeepSeek-V3" ? "fp8" : null, model.Format);
        if (inCatalog is null)
            return;
        var known = LanguageModelCatalog.Find(inCatalog).ValueOrThrow;
        Assert.Equal((known.Layers, known.KvCacheBytesPerToken), (model.Layers, model.KvCacheBytesPerToken));
        Assert.Equal(known.ExpertShare, model.ExpertShare);
    }

    [Fact]
    public void A_model_of_text_and_images_is_read_from_its_inner_configuration()
    {
        var model = ModelFile.Read(Write("config.json", """{"model_type":"llava","vision_config":{"hidden_size":1024},"text_config":{"model_type":"llama","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256}}"""));

        Assert.Equal(1, model.Parameters / 8.03e9, 0.01);
    }

    [Fact]
    public void Tensors_of_a_safetensors_header_are_counted_and_a_folder_adds_its_parts()
    {
        Write("a.safetensors", Safetensors("""{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[1000,300],"data_offsets":[0,600000]},"b":{"dtype":"BF16","shape":[7],"data_offsets":[0,14]}}"""));
        Write("b.safetensors", Safetensors("""{"x":{"dtype":"F8_E4M3","shape":[500],"data_offsets":[0,500]},"x_scale":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"q.qweight":{"dtype":"I32","shape":[10,10],"data_offsets":[0,400]}}"""));

        Assert.Equal(300_007, ModelFile.Read(Path.Combine(_folder, "a.safetensors")).Parameters);
        // 500 at 8 bits, and 100 integers that hold 8 weights of 4 bits each.
        Assert.Equal(300_007 + 500 + 800, ModelFile.Read(_folder).Parameters);
        Write("config.json", """{"model_type":"gpt2","n_embd":768,"n_layer":12,"n_head":12,"n_positions":1024,"vocab_size":50257}""");
        Assert.Equal(1, ModelFile.Read(_folder).Parameters / 124e6, 0.01);
    }

    [Fact]
    public void A_GGUF_header_has_size_experts_and_cache()
    {
        var model = ModelFile.Read(Write("m.gguf", Gguf()));

        Assert.Equal(("tiny", 2, 0.25), (model.Name, model.Layers!.Value, model.ExpertShare!.Value));
        // 64 × 32 dense, 8 experts of 16 × 32 of which 2 are used.
        Assert.Equal((2048 + 4096, 2048 + 1024.0), (model.Parameters, model.ActiveParameters!.Value));
        // 2 layers × 2 key-value heads × (16 + 16) × 2 bytes.
        Assert.Equal(256, model.KvCacheBytesPerToken);
        Assert.Equal("int4", model.Format);
    }

    [Theory]
    [InlineData("config.json", "{}")]
    [InlineData("config.json", "[1]")]
    [InlineData("config.json", "")]
    [InlineData("config.json", "{\"hidden_size\": \"4096\", \"num_hidden_layers\": 2, \"vocab_size\": 9}")]
    [InlineData("config.json", "{\"hidden_size\": 1e300, \"num_hidden_layers\": 2, \"vocab_size\": 9}")]
    [InlineData("config.json", "{\"hidden_size\": 8, \"num_hidden_layers\": 2, \"vocab_size\": 9, \"num_experts\": 4, \"num_experts_per_tok\": 8}")]
    [InlineData("x.safetensors", "short")]
    [InlineData("x.safetensors", "\u0001\0\0\0\0\0\0\0[")]
    [InlineData("x.gguf", "GGUF")]
    [InlineData("x.bin", "anything")]
    public void What_does_not_tell_the_size_is_refused_with_its_path(string name, string content)
    {
        var path = Write(name, content);

        Assert.StartsWith(path, Assert.Throws<ModelFileException>(() => ModelFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_an_empty_folder_are_refused()
    {
        Assert.Throws<ModelFileException>(() => ModelFile.Read(Path.Combine(_folder, "none")));
        Assert.Throws<ModelFileException>(() => ModelFile.Read(_folder));
    }

    [Fact]
    public void Damaged_headers_are_read_or_refused()
    {
        var random = new Random(20261129);
        foreach (var (name, whole) in new[] { ("f.gguf", Gguf()), ("f.safetensors", Safetensors("""{"w":{"dtype":"BF16","shape":[1000,300],"data_offsets":[0,600000]}}""")), ("config.json", Encoding.UTF8.GetBytes("""{"model_type":"llama","hidden_size":4096,"num_hidden_layers":32,"vocab_size":128256,"num_experts":8,"num_experts_per_tok":2}""")) })
        {
            for (var i = 0; i < 3000; i++)
            {
                var bytes = whole.ToArray();
                for (var change = random.Next(1, 4); change > 0; change--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                var path = Write(name, bytes.AsSpan(0, random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length));
                try
                {
                    var model = ModelFile.Read(path);
                    Assert.True(double.IsFinite(model.Parameters) && model.Parameters >= 1);
                }
                catch (ModelFileException)
                {
                }
            }
        }
    }

    static byte[] Safetensors(string header)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
        text.CopyTo(bytes, 8);
        return bytes;
    }

    // By the format's description (ggml-org/ggml, docs/gguf.md).
    static byte[] Gguf()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(0x46554747u);
        writer.Write(3u);
        writer.Write(2UL);
        writer.Write(10UL);
        void Text(string text)
        {
            writer.Write((ulong)text.Length);
            writer.Write(Encoding.UTF8.GetBytes(text));
        }

        void TextValue(string key, string value)
        {
            Text(key);
            writer.Write(8u);
            Text(value);
        }

        void Number(string key, uint value)
        {
            Text(key);
            writer.Write(4u);
            writer.Write(value);
        }

        TextValue("general.architecture", "llama");
        TextValue("general.name", "tiny");
        Number("general.file_type", 15);
        Number("llama.block_count", 2);
        Number("llama.embedding_length", 64);
        Number("llama.attention.head_count", 4);
        Number("llama.attention.head_count_kv", 2);
        Number("llama.expert_count", 8);
        Number("llama.expert_used_count", 2);
        Text("tokenizer.ggml.tokens");
        writer.Write(9u);
        writer.Write(8u);
        writer.Write(2UL);
        Text("a");
        Text("b");
        void Tensor(string name, params ulong[] shape)
        {
            Text(name);
            writer.Write((uint)shape.Length);
            foreach (var side in shape)
                writer.Write(side);
            writer.Write(12u);
            writer.Write(0UL);
        }

        Tensor("token_embd.weight", 64, 32);
        Tensor("blk.0.ffn_up_exps.weight", 16, 32, 8);
        return stream.ToArray();
    }
}
