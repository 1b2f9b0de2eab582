using System.Diagnostics;

namespace Tonne.Instruments.Processes;

/// <summary>Keeps a dear reading to a small part of one processor: the dearer it was, the later the next.</summary>
/// <remarks>At most 1 part in 200 (0.5 %), and never more often than a given interval once the first few are done.</remarks>
sealed class CostThrottle(TimeSpan interval, int initialRuns)
{
    const long CostDivisor = 200;

    long _due = long.MinValue;
    int _done;

    /// <summary>What all readings have cost so far.</summary>
    internal TimeSpan Cost { get; private set; }

    /// <summary>Whether the first few are still to be done.</summary>
    internal bool IsInitial => _done < initialRuns;

    /// <summary>Whether it is time, at a monotonic time in ns.</summary>
    internal bool IsDue(long timestamp) => timestamp >= _due;

    /// <summary>Does it, if it is time, and sets the next time by what it cost.</summary>
    internal void Run(long timestamp, Action reading)
    {
        if (!IsDue(timestamp))
            return;
        var began = Stopwatch.GetTimestamp();
        reading();
        var cost = Stopwatch.GetElapsedTime(began);
        Cost += cost;
        var wait = _done++ < initialRuns ? 0 : interval.Ticks * 100;
        _due = timestamp + Math.Max(wait, cost.Ticks * 100 * CostDivisor);
    }
}
