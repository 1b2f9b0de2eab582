using Tonne.Accounting;
using Tonne.Ledgers.Pushing;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Pushing;

/// <summary>What each run adds to a total, in three runs on one machine.</summary>
public class StoredRunContributionsTests
{
    static readonly DateTimeOffset _midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_node_adds_what_its_runs_leave_and_a_run_inside_another_nothing()
    {
        // A day of 24 kWh, a run of 3 kWh in it, and one of 1 kWh inside that. One still runs.
        RunSummary[] runs =
        [
            Run("20261122-000000-aaaaaa", 0, 24, 86_400) with { CoversNode = true },
            Run("20261122-100000-bbbbbb", 10, 3, 7_200),
            Run("20261122-110000-cccccc", 11, 1, 60) with { Parent = "20261122-100000-bbbbbb" },
            Run("20261122-120000-dddddd", 12, 5, 60) with { Status = RunStatus.Running },
        ];
        var all = new StoredRunContributions();
        foreach (var run in runs.Reverse())
            Assert.True(all.TryAdd(StoredRun.WriteCounted(run)));

        var found = all.Build();

        // 24 - 3, of which kg are half and kg of operation a quarter.
        Assert.Equal(["20261122-000000-aaaaaa", "20261122-100000-bbbbbb"], found.Keys.Order(StringComparer.Ordinal));
        var (node, inner) = (found["20261122-000000-aaaaaa"], found["20261122-100000-bbbbbb"]);
        Assert.Equal((21, 21 / 24d, 21, 21 / 4d, 21 / 2d),
            (node.Energy.Best, node.EnergyShare, node.FacilityEnergy.Best, node.Operational.Best, node.Emissions.Best));
        Assert.Equal((3, 1, 3, 3 / 4d, 3 / 2d, null),
            (inner.Energy.Best, inner.EnergyShare, inner.FacilityEnergy.Best, inner.Operational.Best, inner.Emissions.Best, inner.Embodied));
    }

    [Fact]
    public void Changed_bytes_are_not_added()
    {
        var bytes = StoredRun.WriteCounted(Run("20261122-000000-aaaaaa", 0, 24, 86_400));
        bytes[5] ^= 1;
        var all = new StoredRunContributions();

        Assert.False(all.TryAdd(bytes));
        Assert.Empty(all.Build());
    }

    static RunSummary Run(string id, double hours, double kilowattHours, double seconds) => new()
    {
        Id = id,
        Name = id,
        BootId = "boot-1",
        Status = RunStatus.Completed,
        StartedAt = _midnight.AddHours(hours),
        DurationSeconds = seconds,
        Energy = Figure(kilowattHours),
        FacilityEnergy = Figure(kilowattHours),
        Operational = Figure(kilowattHours / 4),
        Total = Figure(kilowattHours / 2),
    };

    static StatedFigure Figure(double value) => new(
        "", "", "facility(cpu), share, location", Bounds.FromExact(value), Quality.Measured, 1);
}
