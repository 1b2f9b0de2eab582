using System.Diagnostics;

namespace Tonne.Instruments.Processes;

/// <summary>Limits the cost of an expensive reading to a small part of one processor: the more it cost, the later the next one.</summary>
/// <remarks>At most 1 part in 200 (0.5 %), and never more often than a given interval once the first few are done.</remarks>
sealed class CostThrottle(TimeSpan interval, int initialRuns)
{
    const long CostDivisor = 200;

    long _due = long.MinValue;
    int _done;

    /// <summary>Time that all readings have taken so far.</summary>
    internal TimeSpan Cost { get; private set; }

    /// <summary>Whether fewer than the initial number are done.</summary>
    internal bool IsInitial => _done < initialRuns;

    /// <summary>Whether the next one is due at a monotonic time in ns.</summary>
    internal bool IsDue(long timestamp) => timestamp >= _due;

    /// <summary>Runs it if it is due, and sets the next time by what it cost.</summary>
    internal void Run(long timestamp, Action reading)
    {
        if (!IsDue(timestamp))
            return;
#pragma warning disable RS0030 // The cost is real time, whatever clock the run is replayed on.
        var began = Stopwatch.GetTimestamp();
        reading();
        var cost = Stopwatch.GetElapsedTime(began);
#pragma warning restore RS0030
        Cost += cost;
        var wait = _done++ < initialRuns ? 0 : interval.Ticks * 100;
        _due = timestamp + Math.Max(wait, cost.Ticks * 100 * CostDivisor);
    }
}
