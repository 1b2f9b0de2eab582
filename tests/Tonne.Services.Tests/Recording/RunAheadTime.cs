namespace Tonne.Services.Tests.Recording;

/// <summary>A clock that goes on as soon as somebody waits: weeks take seconds.</summary>
sealed class RunAheadTime(DateTimeOffset start) : TimeProvider
{
    long _ticks;

    /// <summary>Called after each of these steps on the way, if there are any.</summary>
    public (TimeSpan Length, Action OnStep)? Step { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(Interlocked.Read(ref _ticks));

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        for (var left = dueTime; left > TimeSpan.Zero && dueTime != Timeout.InfiniteTimeSpan;)
        {
            var step = Step is { } given && given.Length < left ? given.Length : left;
            Advance(step);
            left -= step;
            if (left > TimeSpan.Zero)
                Step?.OnStep();
        }

        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Timer();
    }

    sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
