namespace Tonne.Instruments.Tests.HttpPolling;

/// <summary>A clock moved by hand.</summary>
sealed class HandTime : TimeProvider
{
    long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(_ticks);

    public override long GetTimestamp() => _ticks;

    public long Nanoseconds => _ticks * 100;

    public void Advance(double seconds) => _ticks += (long)Math.Round(seconds * TimeSpan.TicksPerSecond);
}
