namespace Tonne.Trials.FleetAgents;

/// <summary>A counter of µJ whose power changes at random every ten seconds. All meters of a node that read it see the same.</summary>
/// <param name="seed">Which powers.</param>
/// <param name="time">The clock.</param>
/// <param name="leastWatts">Least power, W.</param>
/// <param name="mostWatts">Power that it stays below, W.</param>
sealed class PowerCounter(int seed, TimeProvider time, int leastWatts, int mostWatts)
{
    static readonly TimeSpan _change = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    readonly Random _random = new(seed);
    readonly long _start = time.GetTimestamp();
    long _ticks;
    long _microjoules = 1_000_000_000;
    long _watts = leastWatts;

    /// <summary>The counter now, µJ.</summary>
    internal long Read()
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start).Ticks;
            while (_ticks < now)
            {
                // A tick is 100 ns, so a watt is a tenth of a µJ in it; steps of ten ticks lose nothing.
                var next = Math.Min(now, (_ticks / _change.Ticks * _change.Ticks) + _change.Ticks);
                var steps = (next - _ticks) / 10;
                if (steps == 0)
                    break;
                _microjoules += steps * _watts;
                _ticks += steps * 10;
                if (_ticks % _change.Ticks == 0)
                    _watts = _random.Next(leastWatts, mostWatts);
            }

            return _microjoules;
        }
    }
}
