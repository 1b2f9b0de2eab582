using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.MachineCalibration;

/// <summary>Idle powers that were seen, remembered for later runs of the same machine.</summary>
public class IdlePowerStoreTests
{
    const string Meter = "rapl:package-0";

    static readonly DateTimeOffset _now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    static readonly Machine _machine = new(HostKind.Server, "processor", null, 2, 1, 8_000_000_000, "Linux", false, "boot");

    static IdleObservation Seen(double watts, double days = 1, string machine = "m", string meter = Meter) => new(machine, "processor, 2 threads", meter, watts, watts * 1.25, 30, _now.AddDays(-days));

    static Factor? Find(params IdleObservation[] seen) => IdlePowerStore.Find(seen, "m", _machine, [Meter], 100, _now);

    [Fact]
    public void The_lowest_of_the_last_ninety_days_is_used_with_bounds_by_what_was_seen()
    {
        var found = Find(Seen(12), Seen(10, 89), Seen(7, 91))!;

        Assert.Equal(new Bounds(9, 10, 15), found.Bounds);
        Assert.Equal(Quality.Measured, found.Quality);
    }

    [Fact]
    public void What_is_old_absurd_of_the_future_or_of_another_machine_or_meter_is_refused()
    {
        Assert.Null(Find(Seen(10, 91)));
        Assert.Null(Find(Seen(100)));
        Assert.Null(Find(Seen(10, -1)));
        Assert.Null(Find(Seen(10, machine: "n")));
        Assert.Null(Find(Seen(10, meter: "rapl:package-1")));
        Assert.Null(Find(Seen(10) with { Cpu = "another, 2 threads" }));
        Assert.Null(IdlePowerStore.Find([Seen(10)], null, _machine, [Meter], 100, _now));
        // Of two packages both must have been seen.
        Assert.Null(IdlePowerStore.Find([Seen(10)], "m", _machine, [Meter, "rapl:package-1"], 100, _now));
        Assert.Equal(30, IdlePowerStore.Find([Seen(10), Seen(20, meter: "rapl:package-1")], "m", _machine, [Meter, "rapl:package-1"], 100, _now)!.Bounds.Best);
    }

    [Fact]
    public void What_a_run_has_seen_is_kept_and_a_file_that_others_may_write_to_is_not_read()
    {
        using var disk = new TreeOnDisk().With("etc/machine-id", "4f1a9c0b2d3e4f5061728394a5b6c7d8\n");
        var path = Path.Combine(disk.Root, "state", "tonne", "idle-power.json");
        for (var run = 0; run < 25; run++)
            IdlePowerStore.Add(path, disk.Tree, Run(10 + run), _now.AddMinutes(run));

        var kept = IdlePowerStore.Read(path, out var refusal);
        Assert.Null(refusal);
        // The newest twenty.
        Assert.Equal(Enumerable.Range(15, 20).Select(watts => (double)watts), kept.Select(one => one.Watts));
        Assert.DoesNotContain("4f1a9c0b2d3e4f50", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(15, IdlePowerStore.Find(kept, IdlePowerStore.IdentifyMachine(disk.Tree), _machine, [Meter], 100, _now.AddDays(1))!.Bounds.Best);

        SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        Assert.Empty(IdlePowerStore.Read(path, out refusal));
        Assert.NotNull(refusal);
        // Nor is it written to.
        IdlePowerStore.Add(path, disk.Tree, Run(1), _now.AddHours(1));
        SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(20, IdlePowerStore.Read(path, out _).Count);

        // A link may lead to what others can write.
        File.Move(path, path + ".real");
        File.CreateSymbolicLink(path, path + ".real");
        Assert.Empty(IdlePowerStore.Read(path, out refusal));
        Assert.NotNull(refusal);
    }

    // Root with the home of a user (sudo -E): that user could put links in the way.
    [Fact]
    public void Nothing_is_read_or_written_below_a_folder_that_others_may_change()
    {
        using var disk = new TreeOnDisk().With("etc/machine-id", "4f1a9c0b2d3e4f5061728394a5b6c7d8\n").With("shared/x", "");
        var shared = Path.Combine(disk.Root, "shared");
        SetMode(shared, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        var path = Path.Combine(shared, "tonne", "idle-power.json");

        IdlePowerStore.Add(path, disk.Tree, Run(10), _now);
        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));

        Directory.CreateSymbolicLink(Path.Combine(disk.Root, "link"), Path.Combine(disk.Root, "etc"));
        IdlePowerStore.Add(Path.Combine(disk.Root, "link", "idle-power.json"), disk.Tree, Run(10), _now);
        Assert.False(File.Exists(Path.Combine(disk.Root, "etc", "idle-power.json")));
    }

    [Fact]
    public void A_file_that_is_none_is_none()
    {
        using var disk = new TreeOnDisk().With("state/idle-power.json", "{\"schema\":\"tonne.idle-power/1\",\"observations\":[{\"machine\":\"m\"");

        Assert.Empty(IdlePowerStore.Read(Path.Combine(disk.Root, "state/idle-power.json"), out _));
    }

    [Fact]
    public void A_later_run_takes_what_was_seen_in_place_of_the_model()
    {
        using var disk = new TreeOnDisk().With("etc/machine-id", "4f1a9c0b2d3e4f5061728394a5b6c7d8\n").With("proc/stat", "cpu  1 2 3 4 5 6 7 8\n")
            .With("sys/class/powercap/intel-rapl:0/name", "package-0\n").With("sys/class/powercap/intel-rapl:0/energy_uj", "123456789012\n").With("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "262143328850\n");
        var found = Discover([]);
        Assert.DoesNotContain("measured on this machine", found.Why, StringComparison.Ordinal);
        var seen = new IdleObservation(IdlePowerStore.IdentifyMachine(disk.Tree)!, found.Cpu, found.Meter, 0.75, 0.9, 30, DateTimeOffset.UtcNow.AddDays(-1));

        var later = Discover([seen]);

        Assert.Equal(0.75, later.IdleWatts, 1e-12);
        Assert.Contains("measured on this machine", later.Why, StringComparison.Ordinal);

        (string Why, string Cpu, string Meter, double IdleWatts) Discover(IReadOnlyList<IdleObservation> known)
        {
            using var result = MachineDiscovery.Discover(new FileTree(disk.Root), new DiscoveryOptions { IdlePowers = known });
            var cpu = result.Bases.Single(basis => basis.Component == Component.Cpu);
            return (cpu.Why, $"{result.Machine.Cpu}, {result.Machine.Threads} threads", cpu.Meters[0], result.Rates.Single(rate => rate.Id == cpu.IdleRate).Derivation.Value);
        }
    }

    static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    static RunRecord Run(double watts) => new()
    {
        Opening = new RunOpening
        {
            Id = "20260301-115000-abcdef", Name = "run", Command = ["true"], StartedAt = _now, Machine = _machine, Place = new Place(), Policy = SharePolicy.Share, Meters = [], Bases = [], Rates = [],
            Holder = new RunHolder("boot", 1, 1),
        },
        Status = RunStatus.Completed, DurationSeconds = 1, JobCpuSeconds = 1, Samples = 2, Components = [], Stages = [], Epochs = [], QuarterHours = [], Gaps = [],
        IdlePowers = [new IdlePower(Meter, Component.Cpu, null, watts, watts, 10)],
    };
}
