using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Tonne.Instruments.Otlp;
using Tonne.Services.Requests;
using Tonne.Services.Spans;

namespace Tonne.Services.Recording;

/// <summary>Requests and tokens from spans that a server, or the programs that call it, send over OTLP/HTTP.</summary>
/// <remarks>
/// A span counts if it is one call of a model by the OpenTelemetry conventions for generative AI: operation <c>chat</c>,
/// <c>text_completion</c>, <c>generate_content</c> or <c>embeddings</c>, or none and tokens (vLLM). A span that is exported again counts
/// once, of the last 100,000 and more; of two calls of which one is the parent of the other, the one that comes first. What comes late is
/// counted in the look at which it came. Nothing is asked of anybody, so a sender that is silent is no gap.
/// </remarks>
public sealed class OtlpUseSource : IUseSource
{
    // Between two looks; names come from outside, further ones are joined as unknown.
    const int MostModels = 1_000;
    const int MostRequests = 100_000;
    const int MostSpansKnown = 200_000;

    readonly Lock _gate = new();
    readonly TimeProvider _time;
    readonly string _model;
    readonly OtlpReceiver _receiver;
    readonly RecentSet<SpanKey> _seen = new(MostSpansKnown);
    readonly RecentSet<SpanKey> _parents = new(MostSpansKnown);
    readonly SortedDictionary<string, RequestSum> _sums = new(StringComparer.Ordinal);
    readonly ImmutableArray<ServedRequest>.Builder _requests = ImmutableArray.CreateBuilder<ServedRequest>();
    long _lookedAt;
    long _unread, _unusable;
    string? _reason;

    /// <summary>Opens the port and receives from now on.</summary>
    /// <param name="address">Address and port. There is no authentication: other than loopback only where the network is trusted.</param>
    /// <param name="model">Name of the model where spans do not name it. Default: null, it stays unknown.</param>
    /// <param name="time">The clock. Default: null, the system's.</param>
    /// <exception cref="IOException">The port cannot be opened.</exception>
    public OtlpUseSource(IPEndPoint address, string? model = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        (_model, _time) = (model ?? "", time ?? TimeProvider.System);
        _lookedAt = _time.GetTimestamp();
        Description = $"spans over OTLP at http://{address}/v1/traces";
        _receiver = OtlpReceiver.Open(
            address, "/v1/traces", (export, isJson) => TryAdd(isJson ? JsonSpans.Read(export) : ProtobufSpans.Read(export.Span)), Refuse);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public bool HasSingleRequests => true;

    /// <inheritdoc/>
    public void Restore(string state)
    {
        // Spans are counted from the start of this process on.
    }

    /// <inheritdoc/>
    public ValueTask<UseReading> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var seconds = _time.GetElapsedTime(_lookedAt, now).TotalSeconds;
            var reading = new UseReading(
                [.. _sums.Select(pair => pair.Value.ToUse(pair.Key, seconds))], Note: FindNote()) { Requests = _requests.ToImmutable() };
            (_lookedAt, _unread, _unusable, _reason) = (now, 0, 0, null);
            _sums.Clear();
            _requests.Clear();
            return new(reading);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _receiver.Dispose();

    /// <summary>Takes the calls of an export; all or none.</summary>
    /// <returns>False if there is no space until the next look.</returns>
    internal bool TryAdd(ModelCallBatch batch)
    {
        lock (_gate)
        {
            if (_requests.Count > 0 && _requests.Count + batch.Calls.Count > MostRequests)
                return false;
            _unusable += batch.Unusable;
            foreach (var call in batch.Calls)
            {
                if (_seen.Add(call.Key) && !IsCountedWithAnother(call))
                    Count(call);
            }

            return true;
        }
    }

    // A library around another one has a span of the same call around the other's, and exports the inner one first, mostly.
    bool IsCountedWithAnother(ModelCall call)
    {
        if (call.Parent.IsValid)
            _parents.Add(call.Parent);
        return _parents.Contains(call.Key) || (call.Parent.IsValid && _seen.Contains(call.Parent));
    }

    void Count(ModelCall call)
    {
        var request = call.Request.Model.Length > 0 ? call.Request : call.Request with { Model = _model };
        if (!_sums.ContainsKey(request.Model) && _sums.Count >= MostModels)
            request = request with { Model = "" };
        if (!_sums.TryGetValue(request.Model, out var sum))
            _sums[request.Model] = sum = new RequestSum();
        sum.Add(request, call.ReasoningTokens, call.IsFailed);
        _requests.Add(request);
    }

    void Refuse(string reason)
    {
        lock (_gate)
            (_unread, _reason) = (_unread + 1, reason);
    }

    string? FindNote() => _unread > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{_unread} exports of spans could not be read: {_reason!.TrimEnd('.')}")
        : _unusable > 0 ? string.Create(CultureInfo.InvariantCulture, $"{_unusable} spans of calls have ids or times that cannot be right")
        : null;
}
