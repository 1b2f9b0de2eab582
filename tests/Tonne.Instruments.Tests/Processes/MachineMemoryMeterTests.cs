using System.Text;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Processes;

public sealed class MachineMemoryMeterTests : IDisposable
{
    // The example of Linux, Documentation/filesystems/proc.rst.
    const string Example = """
        MemTotal:       16344972 kB
        MemFree:        13634064 kB
        MemAvailable:   14836172 kB
        Buffers:            3656 kB
        Cached:          1195708 kB
        SwapCached:            0 kB
        Slab:             284364 kB
        SReclaimable:     159856 kB
        SUnreclaim:       124508 kB
        """;

    readonly TreeOnDisk _disk = new();

    static long? BytesInUse(string text) => MachineMemoryMeter.ComputeBytesInUse(Encoding.ASCII.GetBytes(text));

    [Fact]
    public void What_is_in_use_is_what_is_not_available()
    {
        _disk.With("proc/meminfo", Example);
        using var meter = new MachineMemoryMeter(_disk.Tree);

        // 16,344,972 - 14,836,172 kB.
        Assert.Equal(Reading.FromValue(1_508_800 * 1024L), meter.Read(0));
        Assert.Equal((MeterKind.Memory, MeterRole.Busy), (meter.Description.Kind, meter.Description.Role));
    }

    [Fact]
    public void An_older_kernel_says_what_is_free_and_what_gives_way()
    {
        var older = string.Join('\n', Example.Split('\n').Where(line => !line.StartsWith("MemAvailable", StringComparison.Ordinal)));

        // 16,344,972 - 13,634,064 - 3,656 - 1,195,708 - 159,856 kB, and shared memory is in the cache.
        Assert.Equal(1_351_688 * 1024L, BytesInUse(older));
        Assert.Equal((1_351_688 + 1_000) * 1024L, BytesInUse(older + "\nShmem: 1000 kB\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MemTotal:       16344972 kB")]
    [InlineData("MemAvailable:   14836172 kB")]
    [InlineData("MemTotal: x kB\nMemAvailable: 1 kB")]
    [InlineData("MemTotal: 9223372036854775807 kB\nMemAvailable: 1 kB")]
    public void Anything_else_is_unknown(string text) => Assert.Null(BytesInUse(text));

    [Fact]
    public void More_available_than_there_is_is_nothing_in_use() => Assert.Equal(0, BytesInUse("MemTotal: 10 kB\nMemAvailable: 11 kB"));

    [Fact]
    public void A_discovered_machine_reports_its_memory_in_use()
    {
        _disk.With("proc/meminfo", Example);
        using var found = MachineDiscovery.Discover(_disk.Tree);

        Assert.Equal(Reading.FromValue(1_508_800 * 1024L), Assert.Single(found.Meters, meter => meter.Description.Id == "proc:memory").Read(1));
    }

    public void Dispose() => _disk.Dispose();
}
