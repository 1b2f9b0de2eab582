using System.Text;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public class CpuTimesTests
{
    static readonly byte[] Line = "cpu  100 20 30 4000 500 6 7 80 90 10\ncpu0 1 2 3\n"u8.ToArray();

    [Fact]
    public void Busy_is_user_nice_system_and_interrupts_and_neither_guest_nor_steal()
    {
        Assert.True(CpuTimes.TryParse(Line, out var times));

        // 100 + 20 + 30 + 6 + 7 ticks of 10 ms; guest 90 + 10 is inside user (proc.rst), steal 80 was not ours.
        Assert.Equal(1_630_000_000, times.Busy);
        Assert.Equal(45_000_000_000, times.Idle);
        Assert.Equal(800_000_000, times.Steal);
    }

    [Fact]
    public void An_old_kernel_without_the_later_fields_is_understood()
    {
        Assert.True(CpuTimes.TryParse("cpu 1 2 3 4\n"u8, out var times));

        Assert.Equal(new CpuTimes(60_000_000, 40_000_000, 0), times);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu ")]
    [InlineData("cpu  1 2 3")]
    [InlineData("cpu  1 2 3\n")]
    [InlineData("cpu  1 2 x 4\n")]
    [InlineData("cpu  1 2 -3 4\n")]
    [InlineData("cpu0 1 2 3 4\n")]
    [InlineData("cpu  9223372036854775807 2 3 4\n")]
    public void What_is_not_the_first_line_of_proc_stat_is_nothing_known(string text) =>
        Assert.False(CpuTimes.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Any_bytes_either_parse_or_say_no()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Line.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = bytes[..random.Next(bytes.Length + 1)];
            if (CpuTimes.TryParse(bytes, out var times))
                Assert.True(times is { Busy: >= 0, Idle: >= 0, Steal: >= 0 });
        }
    }
}
