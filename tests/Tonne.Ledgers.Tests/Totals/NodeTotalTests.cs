using FsCheck;
using FsCheck.Fluent;
using Tonne.Accounting;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Totals;

/// <summary>A node that an agent measures all the time: its energy is that of its runs and the rest, each joule once.</summary>
public class NodeTotalTests
{
    const double Day = 86_400;

    static readonly DateTimeOffset _midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    static RunSummary Run(string id, double at, double seconds, double kilowattHours, string? project = null, string boot = "boot-1") => new()
    {
        Id = id,
        Name = id,
        Project = project,
        BootId = boot,
        Status = RunStatus.Completed,
        StartedAt = _midnight.AddSeconds(at),
        DurationSeconds = seconds,
        Energy = Figure(kilowattHours),
        FacilityEnergy = Figure(kilowattHours),
        Operational = Figure(kilowattHours / 4),
        Total = Figure(kilowattHours / 2),
        IdleEnergy = Bounds.FromExact(seconds),
        IdleEmissions = Bounds.FromExact(seconds),
    };

    static RunSummary Node(string id, double at, double seconds, double kilowattHours, string boot = "boot-1") =>
        Run(id, at, seconds, kilowattHours, "node", boot) with { CoversNode = true, Total = Figure(kilowattHours / 2) with { Boundary = "facility(cpu), machine, location" }, IdleEnergy = Bounds.FromExact(0), IdleEmissions = Bounds.FromExact(0) };

    static StatedFigure Figure(double value) => new("", "", "facility(cpu), share, location", new Bounds(value / 2, value, value * 2), Quality.Measured, 1);

    static LedgerTotal Total(params RunSummary[] runs) => LedgerTotal.Of(runs, new TotalQuery { By = TotalKey.Parse("project") });

    static double Of(LedgerTotal total, string project) => total.Rows.Single(row => row.Group[0] == project).FacilityEnergy.Best;

    [Fact]
    public void Runs_count_in_full_and_the_node_with_the_rest()
    {
        // Two days of 24 kWh. A has 3 kWh within the first; B has 4 kWh from 22:00 to 02:00, half of its time in each day.
        var total = Total(Node("day-1", 0, Day, 24), Node("day-2", Day, Day, 24), Run("a", 10 * 3600, 2 * 3600, 3, "a"), Run("b", 22 * 3600, 4 * 3600, 4, "b"));

        // 24 - 3 - 2 and 24 - 2.
        Assert.Equal((3, 4, 41), (Of(total, "a"), Of(total, "b"), Of(total, "node")));
        Assert.Equal(48, total.Sum.FacilityEnergy.Best, 12);
        // What the runs saw as idle is in the node's rest.
        Assert.Equal(0, total.Sum.IdleEnergy.Best, 9);
        Assert.Empty(total.Warnings);
    }

    [Fact]
    public void Energy_outside_the_node_s_runs_is_not_taken_off()
    {
        // Half of the run's time was before the agent began, and there its idle energy (1 kWh/s here) counts.
        var total = Total(Node("day", 3600, Day, 24), Run("a", 0, 7200, 4, "a"));

        Assert.Equal((4, 22), (Of(total, "a"), Of(total, "node")));
        Assert.Equal(3600, total.Sum.IdleEnergy.Best, 6);
    }

    [Fact]
    public void A_total_of_nodes_alone_says_that_it_is_of_machines()
    {
        Assert.Equal(["facility, machine, location"], Total(Node("day", 0, Day, 24)).Sum.Boundaries.Keys);
        Assert.Equal(["facility, share, location"], Total(Node("day-1", 0, Day, 24), Node("day-2", Day, Day, 24), Run("a", 0, 60, 1, "a")).Sum.Boundaries.Keys);
    }

    [Fact]
    public void Another_machine_is_another_matter()
    {
        var total = Total(Node("day", 0, Day, 24), Run("a", 0, 3600, 4, "a", boot: "boot-2"));

        Assert.Equal(28, total.Sum.FacilityEnergy.Best, 12);
    }

    [Fact]
    public void Who_asks_for_the_node_alone_gets_all_of_it()
    {
        RunSummary[] runs = [Node("day", 0, Day, 24), Run("a", 0, 3600, 4, "a")];

        Assert.Equal(24, LedgerTotal.Of(runs, new TotalQuery { Runs = new LedgerQuery { Project = "node" } }).Sum.FacilityEnergy.Best, 12);
        Assert.Equal(4, LedgerTotal.Of(runs, new TotalQuery { Runs = new LedgerQuery { Project = "a" } }).Sum.FacilityEnergy.Best, 12);
    }

    [Fact]
    public void Runs_with_more_energy_than_their_node_are_said()
    {
        var total = Total(Node("day", 0, Day, 1), Run("a", 0, 3600, 4, "a"));

        Assert.Equal((4, 0), (Of(total, "a"), Of(total, "node")));
        Assert.Contains(total.Warnings, warning => warning.Code == "runs-exceed-node");
    }

    [Fact]
    public void The_sum_is_the_node_s_energy_whatever_runs_there()
    {
        var jobs = (from at in Gen.Choose(0, (3 * (int)Day) - 1)
                    from seconds in Gen.Choose(1, (int)Day)
                    from energy in Gen.Choose(0, 1000)
                    select (at, seconds: Math.Min(seconds, (3 * (int)Day) - at), energy: energy / 1000d)).ListOf(12);

        Prop.ForAll(Arb.From(jobs), each =>
        {
            RunSummary[] runs =
            [
                Node("n1", 0, Day, 100.1), Node("n2", Day, Day / 2, 50.7), Node("n3", 1.5 * Day, 1.5 * Day, 150.3),
                .. each.Select((job, i) => Run($"j{i}", job.at, job.seconds, job.energy, $"p{i}")),
            ];
            var total = Total(runs);

            // 301.1 kWh: to the microjoule that is 1e-6 / 3.6e6 = 2.8e-13 kWh, and a sum of some 15 doubles of this size has steps of 5.7e-14 each.
            Assert.Equal(301.1, total.Sum.FacilityEnergy.Best, 1.2e-12);
            Assert.Equal(602.2, total.Sum.FacilityEnergy.High, 1e-11);
            Assert.Equal(0, total.Sum.IdleEnergy.Best, 1e-6);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(2026, 1135));
    }

    [Fact]
    public void The_index_keeps_that_a_run_covers_its_node()
    {
        using var home = new TemporaryHome();
        home.Complete("20261122-054210-aaaaa1", with: opening => opening with { CoversNode = true });
        home.Complete("20261122-054210-aaaaa2");
        var fromFolders = home.Ledger.Total().Sum.FacilityEnergy.Best;

        Assert.Equal(fromFolders, home.Reopened().Total().Sum.FacilityEnergy.Best);
        // Both have the same energy and time: the second is the first's, and the rest is nothing.
        Assert.Equal(home.Ledger.ListRuns().Select(run => run.FacilityEnergy!.Bounds.Best).First(), fromFolders, 12);
        Assert.Equal(1, home.Ledger.ListRuns().Count(run => run.CoversNode));
    }
}
