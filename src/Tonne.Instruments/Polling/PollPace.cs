namespace Tonne.Instruments.Polling;

/// <summary>When to ask next, and from when on an answer is too old to be told again.</summary>
/// <remarks>After failures the wait doubles, up to ten seconds or the period if that is longer: a plug that starts again is back within seconds, and a network that is down is not flooded.</remarks>
sealed class PollPace(TimeSpan every, TimeSpan patience)
{
    static readonly TimeSpan _longest = TimeSpan.FromSeconds(10);

    int _failures;

    /// <summary>An older answer is a gap: three periods and the time an answer may take.</summary>
    internal TimeSpan Oldest { get; } = (3 * every) + patience;

    /// <summary>The wait after an answer, or after none.</summary>
    internal TimeSpan After(bool answered)
    {
        _failures = answered ? 0 : Math.Min(_failures + 1, 16);
        if (answered)
            return every;
        var wait = every * (1 << (_failures - 1));
        var most = every > _longest ? every : _longest;
        return wait < most ? wait : most;
    }
}
