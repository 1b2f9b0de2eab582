using Tonne.Instruments.MacAndWindows;

namespace Tonne.Instruments.Tests.MacAndWindows;

public class MachTicksTests
{
    // mach/machine.h: user 0, system 1, idle 2, nice 3; a tick is 10 ms. 100 + 20 + 5 ticks at work are 1.25 s, 300 idle ones 3 s.
    [Fact]
    public void Ticks_are_of_10_ms_and_nice_time_is_busy() =>
        Assert.Equal(new SystemCpuTime(1_250_000_000, 3_000_000_000), new MachTicks().Add([100, 20, 300, 5]));

    [Fact]
    public void A_counter_that_wraps_at_32_bits_goes_on()
    {
        var ticks = new MachTicks();
        var before = ticks.Add([uint.MaxValue - 9, 0, uint.MaxValue, 0])!.Value;

        // 10 ticks to the wrap and 5 after it are 15 ticks of user time; 1 + 99 = 100 of idle time.
        var after = ticks.Add([5, 0, 99, 0])!.Value;

        Assert.Equal(150_000_000, after.BusyNanoseconds - before.BusyNanoseconds);
        Assert.Equal(1_000_000_000, after.IdleNanoseconds - before.IdleNanoseconds);
    }

    [Fact]
    public void No_tick_at_all_is_unknown() => Assert.Null(new MachTicks().Add([0, 0, 0, 0]));
}
