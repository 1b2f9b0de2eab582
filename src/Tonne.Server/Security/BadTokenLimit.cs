namespace Tonne.Server.Security;

/// <summary>Limits wrong tokens to ten at once and one a second. Right ones are never delayed.</summary>
/// <param name="time">The clock.</param>
sealed class BadTokenLimit(TimeProvider time)
{
    const double Burst = 10;
    const double PerSecond = 1;

    readonly Lock _lock = new();
    double _left = Burst;
    long _last = time.GetTimestamp();

    /// <summary>Counts a wrong token.</summary>
    /// <returns>Whether there were too many.</returns>
    public bool IsExceeded()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(Burst, _left + (time.GetElapsedTime(_last, now).TotalSeconds * PerSecond));
            _last = now;
            if (_left < 1)
                return true;
            _left--;
            return false;
        }
    }
}
