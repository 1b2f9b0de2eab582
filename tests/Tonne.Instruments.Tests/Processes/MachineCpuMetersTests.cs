using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.Processes;

public sealed class MachineCpuMetersTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    [Fact]
    public void Busy_and_idle_of_one_sample_come_from_one_read()
    {
        _disk.With("proc/stat", "cpu 1 0 0 10 0 0 0 3 0 0\n");
        using var clock = new MachineCpuMeters(_disk.Tree);
        var busy = clock.Busy.Read(1);
        _disk.With("proc/stat", "cpu 2 0 0 20 0 0 0 4 0 0\n");

        Assert.Equal(Reading.FromValue(10_000_000), busy);
        Assert.Equal(Reading.FromValue(100_000_000), clock.Idle.Read(1));
        Assert.Equal(Reading.FromValue(20_000_000), clock.Busy.Read(2));
        Assert.Equal(40_000_000, clock.StealNanoseconds);
    }

    [Fact]
    public void A_file_that_breaks_is_a_gap_with_the_same_reason_object_each_time()
    {
        _disk.With("proc/stat", "cpu 1 0 0 10\n");
        using var clock = new MachineCpuMeters(_disk.Tree);
        clock.Busy.Read(1);
        _disk.With("proc/stat", "cpu one 0 0 10\n");

        Assert.Same(ReadFailure.Malformed, clock.Busy.Read(2).Reason);
        Assert.Same(ReadFailure.Malformed, clock.Idle.Read(3).Reason);
        Assert.Null(clock.StealNanoseconds);
    }

    [Fact]
    public void Idle_time_that_jitters_backwards_stands_still()
    {
        _disk.With("proc/stat", "cpu 1 0 0 10 5\n");
        using var clock = new MachineCpuMeters(_disk.Tree);
        clock.Idle.Read(1);
        _disk.With("proc/stat", "cpu 1 0 0 10 4\n");

        Assert.Equal(Reading.FromValue(150_000_000), clock.Idle.Read(2));
    }

    public void Dispose() => _disk.Dispose();
}
