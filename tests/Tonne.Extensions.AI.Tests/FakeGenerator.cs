using Microsoft.Extensions.AI;

namespace Tonne.Extensions.AI.Tests;

/// <summary>A generator of embeddings of one number.</summary>
sealed class FakeGenerator(string model) : IEmbeddingGenerator<string, Embedding<float>>
{
    public long? Tokens { get; init; }

    public Action? Compute { get; init; }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Compute?.Invoke();
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text =>
            new Embedding<float>(new float[] { text.Length }) { ModelId = model }))
        {
            Usage = Tokens is { } tokens ? new UsageDetails { InputTokenCount = tokens } : null,
        });
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("local", defaultModelId: model) : null;

    public void Dispose()
    {
    }
}
