using Tonne.Instruments.MacAndWindows;

namespace Tonne.Instruments.Tests.MacAndWindows;

public class SystemCpuTimeTests
{
    // Microsoft, GetSystemTimes: units of 100 ns, and kernel time includes idle time. 4 threads for 10 s, of which 25 s idle, 3 s in the
    // kernel, 12 s in user mode:
    // idle 25 s = 250,000,000; kernel 25 + 3 s = 280,000,000; user 120,000,000. Busy is 3 + 12 = 15 s.
    [Fact]
    public void Idle_time_is_taken_out_of_kernel_time_and_units_are_of_100_ns()
    {
        var time = SystemCpuTime.FromFileTimes(250_000_000, 280_000_000, 120_000_000);

        Assert.Equal(new SystemCpuTime(15_000_000_000, 25_000_000_000), time);
        Assert.Equal(40_000_000_000, time!.Value.BusyNanoseconds + time.Value.IdleNanoseconds);
    }

    [Theory]
    [InlineData(0, 0, 0)] // nothing was counted
    [InlineData(10, 9, 5)] // less kernel time than the idle time inside it
    [InlineData(-1, 9, 5)]
    [InlineData(1, 9, -5)]
    [InlineData(1, long.MaxValue, 1)] // more than can be said in ns
    public void What_cannot_be_is_unknown_and_not_zero(long idle, long kernel, long user) =>
        Assert.Null(SystemCpuTime.FromFileTimes(idle, kernel, user));
}
