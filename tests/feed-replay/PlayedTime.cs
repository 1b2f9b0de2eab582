namespace Tonne.Instruments.Feeds.Replay;

/// <summary>A clock that stands still until it is moved. Waits take real time.</summary>
sealed class PlayedTime(DateTimeOffset now) : TimeProvider
{
    DateTimeOffset _now = now;

    public override DateTimeOffset GetUtcNow() => _now;

    internal void Advance(TimeSpan by) => _now += by;
}
