namespace Tonne.Server.Proxying;

/// <summary>Times of requests: one reading of the wall clock, then the monotonic one, as the times of a recording are.</summary>
/// <param name="time">The clocks.</param>
sealed class ProxyClock(TimeProvider time)
{
    readonly DateTimeOffset _start = time.GetUtcNow();
    readonly long _timestamp = time.GetTimestamp();

    /// <summary>Now.</summary>
    public DateTimeOffset Now => _start + time.GetElapsedTime(_timestamp);

    /// <summary>The clocks.</summary>
    public TimeProvider Time => time;
}
