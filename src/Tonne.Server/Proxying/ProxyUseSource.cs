using Tonne.Ledgers.Calls;
using Tonne.Services.Recording;

namespace Tonne.Server.Proxying;

/// <summary>Requests and tokens of each model since the last look, from the requests that pass.</summary>
/// <param name="upstream">The server behind.</param>
/// <param name="time">The clock.</param>
sealed class ProxyUseSource(Uri upstream, TimeProvider time) : IUseSource
{
    // Names come from clients: between two looks so many are kept, further ones are joined as unknown.
    const int MostModels = 1_000;

    readonly Lock _gate = new();
    readonly Dictionary<string, ModelUse> _models = new(StringComparer.Ordinal);
    long _lookedAt = time.GetTimestamp();

    /// <inheritdoc/>
    public string Description => "requests through the proxy to " + upstream.GetLeftPart(UriPartial.Authority);

    /// <summary>A request begins to be computed.</summary>
    /// <returns>The name to end it with.</returns>
    public string Begin(string model)
    {
        lock (_gate)
        {
            var use = Find(model, out var name);
            use.Advance(time);
            use.Running++;
            return name;
        }
    }

    /// <summary>A request has ended.</summary>
    /// <param name="begun">What <see cref="Begin"/> returned; null if it was not begun.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="isFailed">Whether it failed.</param>
    public void End(string? begun, string model, CallTokens tokens, bool isFailed)
    {
        lock (_gate)
        {
            if (begun is not null)
            {
                var running = Find(begun, out _);
                running.Advance(time);
                running.Running--;
            }

            var use = Find(model, out _);
            use.Requests++;
            use.Failed += isFailed ? 1 : 0;
            use.Tokens += tokens;
        }
    }

    /// <inheritdoc/>
    public void Restore(string state)
    {
        // Requests are counted from the start of this process on.
    }

    /// <inheritdoc/>
    public ValueTask<UseReading> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var elapsed = time.GetElapsedTime(_lookedAt, now).TotalSeconds;
            _lookedAt = now;
            var reading = new UseReading([.. _models.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.ToUse(pair.Key, time, elapsed))]);
            foreach (var (name, use) in _models.ToList())
            {
                if (use.Running == 0)
                    _models.Remove(name);
                else
                    use.Reset();
            }

            return new(reading);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    ModelUse Find(string model, out string name)
    {
        name = model;
        if (_models.TryGetValue(model, out var known))
            return known;
        if (_models.Count >= MostModels)
            name = "";
        if (_models.TryGetValue(name, out var joined))
            return joined;
        return _models[name] = new ModelUse { At = time.GetTimestamp() };
    }

    sealed class ModelUse
    {
        double _runningSeconds;

        public long At { get; set; }

        public int Running { get; set; }

        public long Requests { get; set; }

        public long Failed { get; set; }

        public CallTokens Tokens { get; set; }

        public void Advance(TimeProvider time)
        {
            var now = time.GetTimestamp();
            _runningSeconds += Running * time.GetElapsedTime(At, now).TotalSeconds;
            At = now;
        }

        public ServiceUse ToUse(string model, TimeProvider time, double elapsed)
        {
            Advance(time);
            return new ServiceUse
            {
                Model = model,
                Requests = Requests,
                Failed = Failed,
                PromptTokens = Tokens.Input,
                CachedTokens = Tokens.CachedInput,
                OutputTokens = Tokens.Output,
                ReasoningTokens = Tokens.Reasoning,
                Running = elapsed > 0 ? _runningSeconds / elapsed : Running,
            };
        }

        public void Reset() => (_runningSeconds, Requests, Failed, Tokens) = (0, 0, 0, default);
    }
}
