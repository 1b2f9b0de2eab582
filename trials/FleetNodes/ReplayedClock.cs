namespace Tonne.Trials.FleetNodes;

/// <summary>A clock that moves only when it is set: runs of hours are recorded at once, and their energies are known.</summary>
sealed class ReplayedClock : TimeProvider
{
    DateTimeOffset _now = UnixEpoch;
    long _timestamp;

    static DateTimeOffset UnixEpoch => DateTimeOffset.UnixEpoch;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <inheritdoc/>
    public override long GetTimestamp() => _timestamp;

    /// <summary>Begins a run that ends now.</summary>
    public void Begin(DateTimeOffset start) => _now = start;

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan by)
    {
        _now += by;
        _timestamp += by.Ticks;
    }
}
