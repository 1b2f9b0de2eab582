using Microsoft.Extensions.AI;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Extensions.AI;

/// <summary>
/// A generator of embeddings that adds energy and emissions to each result, to spans and to the ledger. Added by <c>UseTonne</c>.
/// </summary>
/// <remarks>
/// Figures are in <see cref="GeneratedEmbeddings{TEmbedding}.AdditionalProperties"/> under the names of <see cref="CallTelemetry"/>. Where
/// the model runs in this process, set <see cref="TonneCallOptions.Measure"/>. Nothing in tonne throws into a call. A generator inside
/// which there is another one of tonne passes calls through.
/// </remarks>
/// <typeparam name="TInput">Type of the inputs; the tokens of others than texts must be reported by the generator.</typeparam>
/// <typeparam name="TEmbedding">Type of the embeddings.</typeparam>
public sealed class TonneEmbeddingGenerator<TInput, TEmbedding> : DelegatingEmbeddingGenerator<TInput, TEmbedding>
    where TEmbedding : Embedding
{
    readonly CallTracker? _tracker;
    readonly EmbeddingGeneratorMetadata? _metadata;

    /// <summary>Creates a generator.</summary>
    /// <param name="innerGenerator">The generator that runs or calls the model.</param>
    /// <param name="options">The options. Default: null, the defaults of <see cref="TonneCallOptions"/>.</param>
    /// <param name="recorder">Takes the rows; it is not disposed. Default: null, one of its own if <see
    /// cref="TonneCallOptions.WritesLedger"/> is set.</param>
    /// <param name="time">The clock. Default: null, the system's.</param>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    /// <exception cref="Catalogs.UnknownNameException">An option names what no catalog has; the message lists the nearest.</exception>
    public TonneEmbeddingGenerator(
        IEmbeddingGenerator<TInput, TEmbedding> innerGenerator, TonneCallOptions? options = null, CallRecorder? recorder = null,
        TimeProvider? time = null)
        : this(innerGenerator, options, recorder, time, null)
    {
    }

    internal TonneEmbeddingGenerator(
        IEmbeddingGenerator<TInput, TEmbedding> innerGenerator, TonneCallOptions? options, CallRecorder? recorder, TimeProvider? time,
        IProcessEnergy? energy)
        : base(innerGenerator)
    {
        if (innerGenerator.GetService<TonneEmbeddingGenerator<TInput, TEmbedding>>() is null)
            _tracker = new CallTracker(options, time, recorder, isForwardPass: true, energy);
        _metadata = innerGenerator.GetService<EmbeddingGeneratorMetadata>();
    }

    /// <inheritdoc/>
    public override async Task<GeneratedEmbeddings<TEmbedding>> GenerateAsync(
        IEnumerable<TInput> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (_tracker is not { } tracker)
            return await base.GenerateAsync(values, options, cancellationToken).ConfigureAwait(false);
        // The caller's values may be enumerable only once.
        var sent = values as IReadOnlyCollection<TInput> ?? [.. values];
        var model = options?.ModelId ?? _metadata?.DefaultModelId ?? "";
        var call = tracker.Begin(new CallIdentity("embeddings", _metadata?.ProviderName ?? "", model));
        GeneratedEmbeddings<TEmbedding> result;
        try
        {
            result = await base.GenerateAsync(sent, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            tracker.End(call, null, null, error, isFailed: true);
            throw;
        }

        var estimate = tracker.End(
            call, result.Count > 0 ? result[0].ModelId : null,
            () => TokenCounts.From(result.Usage, () => EstimateTokens(sent), () => default));
        tracker.Annotate(estimate, (name, value) => (result.AdditionalProperties ??= [])[name] = value);
        return result;
    }

    /// <summary>Follows the calls; null if a generator inside does.</summary>
    internal CallTracker? Tracker => _tracker;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _tracker?.Dispose();
        base.Dispose(disposing);
    }

    static Bounds EstimateTokens(IEnumerable<TInput> values)
    {
        var tokens = default(Bounds);
        foreach (var value in values)
            tokens = TextLength.Add(tokens, TextLength.EstimateTokens(value as string));
        return tokens;
    }
}
