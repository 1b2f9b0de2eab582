namespace Tonne.Instruments.HttpPolling;

/// <summary>Connections to meters over the network that several runs of one process share, so that each is asked once a period.</summary>
/// <remarks>
/// A source that did not answer when it was first asked is missing for all runs. Thread safe. Dispose it after the last run.
/// </remarks>
public sealed class NetworkMeterPool : IDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<string, (Poller Poller, PollResult? First)> _known = new(StringComparer.Ordinal);
    readonly CancellationTokenSource _ended = new();

    internal CancellationToken Ended => _ended.Token;

    internal (Poller Poller, PollResult? First)? Find(string address)
    {
        lock (_gate)
            return _known.TryGetValue(address, out var found) ? found : null;
    }

    internal void Add(string address, Poller poller, PollResult? first)
    {
        lock (_gate)
            _known[address] = (poller, first);
    }

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        foreach (var (poller, _) in _known.Values)
            poller.Dispose();
        _ended.Dispose();
    }
}
