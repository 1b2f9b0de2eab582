using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public class JobMemoryMeterTests
{
    const long Second = 1_000_000_000;

    static string Statm(long bytes) => $"999999 {bytes / Environment.SystemPageSize} 100 1 0 200 0\n";

    /// <summary>The lines of Documentation/ABI/testing/procfs-smaps_rollup that count here, in its form.</summary>
    static string Rollup(long rss, long pss) => $"00100000-ff709000 ---p 00000000 00:00 0		 [rollup]\nRss:             {rss / 1024,8} kB\nPss:             {pss / 1024,8} kB\nPss_Anon:        {pss / 1024,8} kB\nShared_Clean:           0 kB\n";

    [Fact]
    public void Pages_that_processes_share_are_counted_once()
    {
        // Four processes of 100 MB, of which 80 MB are the same pages: 80 + 4 · 20 = 160 MB, 40 each.
        const long size = 100 << 20;
        using var disk = new TreeOnDisk();
        for (var id = 1; id <= 4; id++)
            disk.With($"proc/{id}/statm", Statm(size)).With($"proc/{id}/smaps_rollup", Rollup(size, size * 2 / 5));
        var meter = new JobMemoryMeter(() => [1, 2, 3, 4], disk.Tree);

        var first = meter.Read(0).Value;
        for (var i = 1; i < 40; i++)
            meter.Read(i * Second);

        Assert.Equal(4 * size, first);
        Assert.Equal(4 * size * 2 / 5, meter.Read(40 * Second).Value, 4096.0);
        // The ratio stays while the resident size grows.
        disk.With("proc/1/statm", Statm(2 * size));
        for (var i = 41; i < 56; i++)
            meter.Read(i * Second);
        Assert.Equal(5 * size * 2 / 5, meter.Read(56 * Second).Value, 4096.0);
    }

    [Fact]
    public void Without_proportional_sizes_the_resident_sizes_are_taken()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/1/statm", Statm(1 << 20));
        var meter = new JobMemoryMeter(() => [1], disk.Tree);
        for (var i = 0; i < 100; i++)
            meter.Read(i * Second);

        Assert.Equal(1 << 20, meter.Read(100 * Second).Value);
    }

    [Fact]
    public void Proportional_sizes_of_a_job_that_would_take_too_long_are_not_read()
    {
        using var disk = new TreeOnDisk();
        const long size = JobMemoryMeter.MaxRatioBytes + (1 << 20);
        disk.With("proc/1/statm", Statm(size)).With("proc/1/smaps_rollup", Rollup(size, size / 2));
        var meter = new JobMemoryMeter(() => [1], disk.Tree);
        for (var i = 0; i < 100; i++)
            meter.Read(i * Second);

        Assert.Equal(size, meter.Read(100 * Second).Value, 4096.0);
    }
}
