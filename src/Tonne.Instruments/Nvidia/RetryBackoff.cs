namespace Tonne.Instruments.Nvidia;

/// <summary>Keeps a question that failed from being asked at every sample: after 1 s, then 2, 4, … up to 64.</summary>
sealed class RetryBackoff
{
    const long Second = 1_000_000_000;

    long _notBefore = long.MinValue;
    long _wait;

    /// <summary>Why it failed last; null if it did not.</summary>
    internal string? Reason { get; private set; }

    /// <summary>Whether to ask, at a monotonic time in ns.</summary>
    internal bool CanRetry(long timestamp) => timestamp >= _notBefore;

    /// <summary>It was answered.</summary>
    internal void RecordSuccess() => (_notBefore, _wait, Reason) = (long.MinValue, 0, null);

    /// <summary>It failed.</summary>
    internal void RecordFailure(long timestamp, string reason)
    {
        _wait = _wait == 0 ? Second : Math.Min(64 * Second, _wait * 2);
        (_notBefore, Reason) = (timestamp + _wait, reason);
    }
}
