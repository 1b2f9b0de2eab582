using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public sealed class ResourceReservationTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    ResourceReservation Read(params ControlGroupMembership[] places) => ResourceReservation.Read(_disk.Tree, places, threads: 8, memoryBytes: 32_000_000_000);

    [Fact]
    public void Without_limits_nothing_is_set_aside()
    {
        _disk.With("proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-7\n").With("cg/cpu.max", "max 100000\n").With("cg/memory.max", "max\n");

        Assert.Equal(new ResourceReservation(null, null, "nothing is set aside"), Read(new ControlGroupMembership(2, "/cg", "/cg", [])));
    }

    [Fact]
    public void The_smallest_of_quota_and_allowed_processors_counts_and_limits_above_us_too()
    {
        _disk.With("proc/self/status", "Cpus_allowed_list:\t0-3,6\n").With("cg/a/b/cpu.max", "max 100000\n").With("cg/a/cpu.max", "250000 100000\n")
            .With("cg/a/b/memory.max", "16000000000\n").With("cg/a/memory.max", "8000000000\n");

        var reservation = Read(new ControlGroupMembership(2, "/cg/a/b", "/cg", []));

        // Five of eight threads allowed, but a quota of 2.5 processors.
        Assert.Equal(2.5 / 8, reservation.ThreadShare);
        Assert.Equal(8_000_000_000, reservation.MemoryBytes);
        Assert.Contains("quota of 2.5", reservation.Description);
    }

    [Fact]
    public void The_first_version_is_read_too_and_its_unlimited_is_no_limit()
    {
        _disk.With("cpu/cpu.cfs_quota_us", "-1\n").With("cpu/cpu.cfs_period_us", "100000\n").With("cpu/x/cpu.cfs_quota_us", "400000\n").With("cpu/x/cpu.cfs_period_us", "100000\n")
            .With("mem/memory.limit_in_bytes", "9223372036854771712\n");

        var reservation = Read(new ControlGroupMembership(1, "/cpu/x", "/cpu", ["cpu"]), new ControlGroupMembership(1, "/mem", "/mem", ["memory"]));

        Assert.Equal((0.5, (long?)null), (reservation.ThreadShare, reservation.MemoryBytes));
    }

    [Fact]
    public void Broken_files_set_nothing_aside()
    {
        _disk.With("proc/self/status", "Cpus_allowed_list:\t???\n").With("cg/cpu.max", "0 0\n").With("cg/memory.max", "-1\n");

        Assert.Equal((null, (long?)null), (Read(new ControlGroupMembership(2, "/cg", "/cg", [])).ThreadShare, Read(new ControlGroupMembership(2, "/cg", "/cg", [])).MemoryBytes));
    }

    public void Dispose() => _disk.Dispose();
}
