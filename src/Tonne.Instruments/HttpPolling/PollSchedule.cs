namespace Tonne.Instruments.HttpPolling;

/// <summary>Determines the time of the next request, and the age at which an answer is too old.</summary>
/// <remarks>After failures the wait doubles, up to ten seconds or the period if that is longer: a plug that starts again is back within
/// seconds, and a network that is down is not flooded.</remarks>
sealed class PollSchedule(TimeSpan interval, TimeSpan timeout)
{
    static readonly TimeSpan _longest = TimeSpan.FromSeconds(10);

    int _failures;

    /// <summary>An older answer is a gap: three periods and the time an answer may take.</summary>
    internal TimeSpan MaxAge { get; } = (3 * interval) + timeout;

    /// <summary>The wait after an answer, or after none.</summary>
    internal TimeSpan GetNextDelay(bool answered)
    {
        _failures = answered ? 0 : Math.Min(_failures + 1, 16);
        if (answered)
            return interval;
        var wait = interval * (1 << (_failures - 1));
        var maxDelay = interval > _longest ? interval : _longest;
        return wait < maxDelay ? wait : maxDelay;
    }
}
