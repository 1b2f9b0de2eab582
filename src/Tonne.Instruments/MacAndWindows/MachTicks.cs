namespace Tonne.Instruments.MacAndWindows;

/// <summary>The processors' ticks as macOS' Mach kernel counts them: four counters of 32 bits that wrap, for user, system, idle and
/// nice.</summary>
/// <remarks>
/// A tick is 10 ms (<c>CLK_TCK</c> = 100). The counters of all processors are summed before they are reported, so those of 10 processors
/// wrap after 50 days;
/// a wrap between two readings is seen, two are not. Source: Apple, mach/machine.h (CPU_STATE_USER 0, SYSTEM 1, IDLE 2, NICE 3),
/// mach/host_info.h. Not thread safe.
/// </remarks>
sealed class MachTicks
{
    /// <summary>Counters of a reading.</summary>
    public const int Count = 4;

    const int Idle = 2;
    const long NanosecondsPerTick = 10_000_000;

    readonly uint[] _last = new uint[Count];
    readonly long[] _sums = new long[Count];
    bool _hasRead;

    /// <summary>Adds a reading.</summary>
    /// <param name="ticks">User, system, idle, nice.</param>
    /// <returns>The time so far; null if nothing was counted yet.</returns>
    public SystemCpuTime? Add(ReadOnlySpan<uint> ticks)
    {
        for (var i = 0; i < Count; i++)
        {
            _sums[i] += _hasRead ? unchecked(ticks[i] - _last[i]) : ticks[i];
            _last[i] = ticks[i];
        }

        _hasRead = true;
        var busy = _sums[0] + _sums[1] + _sums[3];
        return busy + _sums[Idle] == 0 ? null : new SystemCpuTime(busy * NanosecondsPerTick, _sums[Idle] * NanosecondsPerTick);
    }
}
