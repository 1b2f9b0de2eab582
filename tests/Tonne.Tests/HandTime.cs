namespace Tonne.Tests;

/// <summary>A clock moved by hand.</summary>
sealed class HandTime(DateTimeOffset start) : TimeProvider
{
    long _ticks;

    public HandTime()
        : this(new DateTimeOffset(2026, 3, 1, 11, 50, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(_ticks);

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan by) => _ticks += by.Ticks;
}
