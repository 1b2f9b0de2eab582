using System.Globalization;
using Tonne.Services.Recording;

namespace Tonne.Services.Tests.Recording;

/// <summary>A server whose counters of requests run on, whoever reads them; a state is the last value read.</summary>
sealed class CounterSource(Func<long> countRequests, Func<string?> findGap, Action onRead) : IUseSource
{
    long? _last;

    public string Description => "the test's counters";

    public void Restore(string state) => _last = long.Parse(state, CultureInfo.InvariantCulture);

    public ValueTask<UseReading> ReadAsync(CancellationToken cancellationToken)
    {
        onRead();
        if (findGap() is { } gap)
            return new(new UseReading([], Gap: gap));
        var now = countRequests();
        var uses = _last is { } last && now > last
            ? new ServiceUse { Model = "bloom", Requests = now - last, PromptTokens = 20 * (now - last), OutputTokens = 50 * (now - last), Running = 0.6 } : null;
        _last = now;
        return new(new UseReading(uses is null ? [] : [uses], now.ToString(CultureInfo.InvariantCulture)));
    }

    public void Dispose()
    {
    }
}
