using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

/// <summary>The account of all processes by control groups of both versions and by /proc/schedstat.</summary>
public class ProcessTimeMeterTests
{
    const long Second = 1_000_000_000;
    const string Version1 = "25 30 0:23 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
    const string Version2 = "24 30 0:22 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";

    static TreeOnDisk Tree(string mounts, string groups) => new TreeOnDisk().With("proc/self/mountinfo", mounts).With("proc/self/cgroup", groups);

    static string CpuStat(long microseconds) => $"usage_usec {microseconds}\nuser_usec {microseconds}\nsystem_usec 0\n";

    [Fact]
    public void The_top_of_version_1_counts_all_processes()
    {
        using var disk = Tree(Version1, "4:cpu,cpuacct:/user\n").With("sys/fs/cgroup/cpu,cpuacct/cpuacct.usage", "123456789012\n").With("sys/fs/cgroup/cpu,cpuacct/release_agent", "\n");
        using var meter = ProcessTimeMeter.Open(disk.Tree);

        Assert.Equal(123_456_789_012, meter.Read(0).Value);
    }

    // Documentation/admin-guide/cgroup-v1/cgroups.rst: release_agent is in the root of the hierarchy only.
    [Fact]
    public void The_top_that_a_container_sees_of_version_1_is_not_the_machines()
    {
        using var disk = Tree(Version1, "4:cpu,cpuacct:/\n").With("sys/fs/cgroup/cpu,cpuacct/cpuacct.usage", "123456789012\n");
        using var meter = ProcessTimeMeter.Open(disk.Tree);

        Assert.False(meter.IsAvailable);
        Assert.True(meter.Read(0).IsGap);
    }

    [Fact]
    public void Groups_below_the_top_of_version_2_are_added_and_one_that_ends_keeps_its_part()
    {
        using var disk = Tree(Version2, "0::/user.slice\n").With("sys/fs/cgroup/cpu.stat", CpuStat(99_000_000)).With("sys/fs/cgroup/cgroup.procs", "2\n")
            .With("sys/fs/cgroup/user.slice/cpu.stat", CpuStat(1_000_000)).With("sys/fs/cgroup/system.slice/cpu.stat", CpuStat(2_000_000));
        using var meter = ProcessTimeMeter.Open(disk.Tree);

        Assert.Equal(3 * Second, meter.Read(0).Value);
        // A group that is made between two readings began at 0.
        disk.With("sys/fs/cgroup/machine.slice/cpu.stat", CpuStat(500_000)).With("sys/fs/cgroup/user.slice/cpu.stat", CpuStat(1_500_000));
        Assert.Equal(4 * Second, meter.Read(Second).Value);
        Directory.Delete(Path.Combine(disk.Root, "sys/fs/cgroup/machine.slice"), recursive: true);
        using var again = ProcessTimeMeter.Open(disk.Tree);
        Assert.Equal(3_500_000_000, again.Read(2 * Second).Value);
    }

    // Every group has cgroup.events, except the root (Documentation/admin-guide/cgroup-v2.rst).
    [Fact]
    public void The_top_that_a_container_sees_of_version_2_is_not_the_machines()
    {
        using var disk = Tree(Version2, "0::/a\n").With("sys/fs/cgroup/cgroup.events", "populated 1\nfrozen 0\n").With("sys/fs/cgroup/a/cpu.stat", CpuStat(1_000_000));
        using var meter = ProcessTimeMeter.Open(disk.Tree);

        Assert.False(meter.IsAvailable);
    }

    // Documentation/scheduler/sched-stats.rst, version 15: the seventh number of a cpu line is the time spent running by tasks on this processor, in ns.
    [Fact]
    public void The_schedulers_statistics_count_the_time_that_tasks_ran()
    {
        const string text = "version 15\ntimestamp 4295157613\ncpu0 0 0 0 0 0 0 1500000000 81000000 59000\ndomain0 00000003 1 2 3 4 5 6 7 8\ncpu1 0 0 0 0 0 0 2500000000 71000000 49000\n";
        using var disk = new TreeOnDisk().With("proc/schedstat", text);
        using var meter = ProcessTimeMeter.Open(disk.Tree);

        Assert.Equal(4 * Second, meter.Read(0).Value);
        Assert.False(ProcessTimeMeter.TryReadSchedule("version 14\ncpu0 0 0 0 0 0 0 15 8 5\n"u8, out _));
        Assert.False(ProcessTimeMeter.TryReadSchedule("version 15\ncpu0 0 0 0\n"u8, out _));
        Assert.False(ProcessTimeMeter.TryReadSchedule("version 15\n"u8, out _));
    }
}
