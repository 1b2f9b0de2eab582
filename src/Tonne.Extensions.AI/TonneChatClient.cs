using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Extensions.AI;

/// <summary>A chat client that adds energy and emissions to each response, to spans and to the ledger. Added by <c>UseTonne</c>.</summary>
/// <remarks>
/// Figures are in <see cref="ChatResponse.AdditionalProperties"/> under the names of <see cref="CallTelemetry"/>; a stream ends with an
/// update that has nothing but them. Nothing in tonne throws into a call. A client inside which there is another one of tonne passes calls
/// through, so that they count once. Put it inside caches, whose answers cost nothing.
/// </remarks>
public sealed class TonneChatClient : DelegatingChatClient
{
    readonly CallTracker? _tracker;
    readonly ChatClientMetadata? _metadata;

    /// <summary>Creates a client.</summary>
    /// <param name="innerClient">The client that calls the model.</param>
    /// <param name="options">The options. Default: null, the defaults of <see cref="TonneCallOptions"/>.</param>
    /// <param name="recorder">Takes the rows; it is not disposed. Default: null, one of its own if <see
    /// cref="TonneCallOptions.WritesLedger"/> is set.</param>
    /// <param name="time">The clock. Default: null, the system's.</param>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    /// <exception cref="Catalogs.UnknownNameException">An option names what no catalog has; the message lists the nearest.</exception>
    public TonneChatClient(IChatClient innerClient, TonneCallOptions? options = null, CallRecorder? recorder = null,
        TimeProvider? time = null)
        : this(innerClient, options, recorder, time, null)
    {
    }

    internal TonneChatClient(IChatClient innerClient, TonneCallOptions? options, CallRecorder? recorder, TimeProvider? time,
        IProcessEnergy? energy)
        : base(innerClient)
    {
        if (innerClient.GetService<TonneChatClient>() is null)
            _tracker = new CallTracker(options, time, recorder, isForwardPass: false, energy);
        _metadata = innerClient.GetService<ChatClientMetadata>();
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (_tracker is not { } tracker)
            return await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        // The caller's messages may be enumerable only once.
        var sent = messages as IReadOnlyCollection<ChatMessage> ?? [.. messages];
        var call = tracker.Begin(Identify(options));
        ChatResponse response;
        try
        {
            response = await base.GetResponseAsync(sent, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            tracker.End(call, null, null, error, isFailed: true);
            throw;
        }

        var estimate = tracker.End(
            call, response.ModelId,
            () => TokenCounts.From(response.Usage, () => EstimateTokens(sent, options), () => EstimateTokens(response.Messages, null)));
        tracker.Annotate(estimate, (name, value) => (response.AdditionalProperties ??= [])[name] = value);
        return response;
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        _tracker is { } tracker ? FollowAsync(tracker, messages, options, cancellationToken)
            : base.GetStreamingResponseAsync(messages, options, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _tracker?.Dispose();
        base.Dispose(disposing);
    }

    async IAsyncEnumerable<ChatResponseUpdate> FollowAsync(
        CallTracker tracker, IEnumerable<ChatMessage> messages, ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sent = messages as IReadOnlyCollection<ChatMessage> ?? [.. messages];
        var call = tracker.Begin(Identify(options));
        var answer = new StreamedAnswer();
        try
        {
            var updates = base.GetStreamingResponseAsync(sent, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (updates.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await updates.MoveNextAsync().ConfigureAwait(false))
                            break;
                    }
                    catch (Exception error)
                    {
                        tracker.End(call, answer.ModelId, answer.HasBegun ? Count : null, error, isFailed: true);
                        throw;
                    }

                    answer.Add(updates.Current);
                    yield return updates.Current;
                }
            }

            var estimate = tracker.End(call, answer.ModelId, Count);
            var last = answer.CreateLastUpdate();
            tracker.Annotate(estimate, (name, value) => (last.AdditionalProperties ??= [])[name] = value);
            if (last.AdditionalProperties is not null)
                yield return last;
        }
        finally
        {
            // Still open only if the caller has stopped reading: what was computed so far counts.
            tracker.End(call, answer.ModelId, answer.HasBegun ? Count : null, isFailed: true);
        }

        TokenCounts Count() =>
            TokenCounts.From(answer.Usage, () => EstimateTokens(sent, options), () => TextLength.EstimateTokens(answer.Text));
    }

    CallIdentity Identify(ChatOptions? options) =>
        new("chat", _metadata?.ProviderName ?? "", options?.ModelId ?? _metadata?.DefaultModelId ?? "");

    static Bounds EstimateTokens(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var tokens = TextLength.EstimateTokens(options?.Instructions);
        foreach (var content in messages.SelectMany(message => message.Contents))
            tokens = TextLength.Add(tokens, TextLength.EstimateTokens(StreamedAnswer.GetText(content)));
        return tokens;
    }
}
