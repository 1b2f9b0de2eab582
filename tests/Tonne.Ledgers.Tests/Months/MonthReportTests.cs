using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Accounting;
using Tonne.Ledgers.Months;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Months;

/// <summary>The report of a month, on runs of round numbers: its sums, what no job had, nodes, the largest runs, and the change from the
/// month before.</summary>
public class MonthReportTests
{
    static readonly CalendarMonth _november = CalendarMonth.Parse("2026-11");
    static readonly CalendarMonth _october = CalendarMonth.Parse("2026-10");
    static readonly DateTimeOffset _later = new(2027, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A run with a PUE of 1.25, 0.4 kg/kWh, and 1 kg embodied for each 10 kWh at the plug.</summary>
    static RunSummary Run(string id, string start, double hours, double kilowattHours, string? account = null, string? partition = "gpu",
        double grid = 0.4) => new()
    {
        Id = id,
        Name = id,
        User = account is null ? null : "user-of-" + account,
        Job = new JobIdentity { Launcher = JobLauncher.Slurm, Id = id, Account = account, Partition = partition },
        Cpu = "EPYC",
        Node = "n1",
        BootId = "boot-1",
        Status = RunStatus.Completed,
        StartedAt = DateTimeOffset.Parse(start + "Z", System.Globalization.CultureInfo.InvariantCulture),
        DurationSeconds = hours * 3600,
        Energy = Figure(kilowattHours),
        FacilityEnergy = Figure(kilowattHours * 1.25),
        Operational = Figure(kilowattHours * 1.25 * grid),
        Embodied = Figure(kilowattHours / 10),
        Total = Figure((kilowattHours * 1.25 * grid) + (kilowattHours / 10)),
        Zone = "FR",
        Method = "tonne-1",
        FactorsHash = "a1",
    };

    static RunSummary Node(string id, string start, double hours, double kilowattHours) => Run(id, start, hours, kilowattHours) with
    {
        CoversNode = true, Job = null, User = "root", Tags = ImmutableSortedDictionary<string, string>.Empty.Add("kind", "agent"),
    };

    static StatedFigure Figure(double value) => new("", "", "facility(cpu), share, location, lifecycle, with embodied",
        new Bounds(value / 2, value, value * 2), Quality.Measured, 1);

    [Theory]
    [InlineData("2026-13")]
    [InlineData("2026-1")]
    [InlineData("november")]
    [InlineData("")]
    [InlineData("0001-01")]
    public void What_is_no_month_is_refused(string text) => Assert.Throws<FormatException>(() => CalendarMonth.Parse(text));

    [Fact]
    public void Months_follow_one_another() =>
        Assert.Equal(("2026-12", "January 2027", "2027-02-01"), (CalendarMonth.Parse("2027-01").Previous.ToString(),
            CalendarMonth.Parse("2027-01").Name,
            CalendarMonth.Parse("2027-01").End.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Sums_are_those_of_the_month_by_each_group()
    {
        // Of c, which crosses the end of the month, three quarters are in November: 30 of 40 kWh.
        RunSummary[] runs =
        [
            Run("a", "2026-11-02T00:00", 10, 80, "physics"), Run("b", "2026-11-03T00:00", 5, 40, "chem", "cpu"), Run("o",
                "2026-10-03T00:00", 5, 1000, "chem"),
            Run("c", "2026-11-30T18:00", 8, 40, "physics") with { Months = ImmutableSortedDictionary<string, double>.Empty.Add("2026-11",
                0.75).Add("2026-12", 0.25) },
        ];

        var report = MonthReport.Create(runs, _november, null, _later);

        // 80 + 40 + 30 = 150 kWh at the plug; · 1.25 · 0.4 = 75 kg, and 15 kg embodied.
        var sum = report.Total.Sum;
        Assert.Equal((150, 187.5, 75, 15, 90), (sum.Energy.Best, sum.FacilityEnergy.Best, sum.Operational.Best, sum.Embodied!.Value.Best,
            sum.Emissions.Best));
        Assert.Equal([("physics", 66d), ("chem", 24d)], Rows(report, MonthGroup.Account));
        Assert.Equal([("gpu", 66d), ("cpu", 24d)], Rows(report, MonthGroup.Partition));
        Assert.Equal([("user-of-physics", 66d), ("user-of-chem", 24d)], Rows(report, MonthGroup.User));
        Assert.Equal([(null, 90d)], Rows(report, MonthGroup.Project));
        Assert.Equal([("FR", 90d)], Rows(report, MonthGroup.Zone));
        Assert.Equal([("a", 48d), ("b", 24d), ("c", 18d)], report.LargestRuns.Select(static one => (one.Run.Id, one.Emissions.Best)));
        Assert.Equal([new MonthFactors("tonne-1", "a1", 3)], report.Factors);
        Assert.Null(report.OutsideJobs);
        Assert.False(report.IsPartial);
        // One account has its own.
        Assert.Equal(24, MonthReport.Create(runs, _november, "chem", _later).Total.Sum.Emissions.Best, 9);
    }

    [Fact]
    public void Time_of_nodes_outside_jobs_is_a_line_of_its_own_and_not_of_an_account()
    {
        // Two days of 24 kWh at the plug, 28.8 kg each with embodied: 24 · (0.5 + 0.1) = 14.4; the job in it has 8 kWh, 4.8 kg.
        RunSummary[] runs = [Node("d1", "2026-11-29T00:00", 24, 24), Node("d2", "2026-11-30T00:00", 24, 24), Run("a", "2026-11-29T05:00",
            4, 8, "physics")];

        var report = MonthReport.Create(runs, _november, null, _later);

        Assert.Equal(28.8, report.Total.Sum.Emissions.Best, 9);
        Assert.Equal(4.8, report.Jobs.Emissions.Best, 9);
        Assert.Equal(24, report.OutsideJobs!.Emissions.Best, 9);
        Assert.Equal([("physics", 4.8)], Rows(report, MonthGroup.Account));
        var node = Assert.Single(report.Nodes);
        // From the first reading on, 29 November, nothing is missing.
        Assert.Equal((48, 0, false), (node.MeasuredHours, node.MissingHours, node.IsSilent));
        Assert.Equal(60, node.Total!.FacilityEnergy.Best, 9);
        Assert.Equal(50, node.OutsideJobs!.FacilityEnergy.Best, 9);
        Assert.Equal(["a"], report.LargestRuns.Select(static one => one.Run.Id));
    }

    [Fact]
    public void Nodes_that_stopped_are_silent_and_their_missing_hours_are_counted()
    {
        RunSummary[] runs =
        [
            // Measured since October; in November for the first day and, after 12 hours without, for half a day.
            Node("m0", "2026-10-31T00:00", 24, 24) with { Node = "m" }, Node("m1", "2026-11-01T00:00", 24, 24) with { Node = "m" },
            Node("m2", "2026-11-02T12:00", 12, 12) with { Node = "m" },
            // Without an agent: runs in October only, and in both months.
            Run("x", "2026-10-05T00:00", 1, 1) with { Node = "x" }, Run("y0", "2026-10-05T00:00", 1, 1) with { Node = "y" }, Run("y1",
                "2026-11-01T00:00", 1, 1) with { Node = "y" },
            Run("z", "2026-09-05T00:00", 1, 1) with { Node = "z" },
        ];

        // 4 November 00:00: three days, of which 36 hours were measured.
        var report = MonthReport.Create(runs, _november, null, new DateTimeOffset(2026, 11, 4, 0, 0, 0, TimeSpan.Zero));

        Assert.True(report.IsPartial);
        Assert.Equal(["m", "x", "y"], report.Nodes.Select(static node => node.Name));
        // Its last run ended on 3 November at 00:00: 24 hours, not more.
        Assert.Equal((36, 36, false), (report.Nodes[0].MeasuredHours, report.Nodes[0].MissingHours, report.Nodes[0].IsSilent));
        Assert.True(MonthReport.Create(runs, _november, null, new DateTimeOffset(2026, 11, 4, 1, 0, 0, TimeSpan.Zero)).Nodes[0].IsSilent);
        Assert.Equal([(true, null), (false, (double?)null)], report.Nodes.Skip(1).Select(static node => (node.IsSilent,
            node.MeasuredHours)));
    }

    [Fact]
    public void The_change_from_the_month_before_has_its_causes()
    {
        // October 12 kg operational of 20 kWh · 1.25 · 0.48; November 16 kg of 40 kWh · 1.25 · 0.32. Hours 10 and 20. Embodied 2 and 4.
        RunSummary[] runs = [Run("a", "2026-10-02T00:00", 10, 20, grid: 0.48), Run("b", "2026-11-02T00:00", 20, 40, grid: 0.32)];

        var change = MonthChange.Explain(runs, _october, _november);

        // L(16, 12) = 4 / ln (4/3) = 13.904238; · ln 2 = 9.637683; · ln (2/3) = -5.637683.
        Assert.Equal(6, change.Kilograms, 9);
        Assert.Equal(6d / 14, change.Share!.Value, 9);
        Assert.Equal([9.637683, 0, 0, 0, -5.637683, 2, 0], change.Terms.Select(static term => Math.Round(term.Kilograms, 6) + 0d));
        Assert.Empty(change.Warnings);
    }

    [Fact]
    public void Hours_of_nodes_outside_jobs_are_a_cause_of_their_own()
    {
        // One job of 10 h and 12 kg in both months; in November an agent measures a day of another node, 24 kWh · 1.25 · 0.4 = 12 kg and
        // 2.4 kg embodied.
        RunSummary[] runs =
        [
            Run("a", "2026-10-02T00:00", 10, 24), Run("b", "2026-11-02T00:00", 10, 24), Node("d", "2026-11-05T00:00", 24,
                24) with { BootId = "boot-2", Node = "n2" },
        ];

        Assert.Equal([0, 12, 0, 0, 0, 2.4, 0], MonthChange.Explain(runs, _october, _november).Terms.Select(static term =>
            Math.Round(term.Kilograms, 9) + 0d));
    }

    [Fact]
    public void Other_factors_are_a_cause_of_their_own()
    {
        // Nothing changed but the factors: by the present ones October has 24 kg in place of 12.
        RunSummary[] runs = [Run("a", "2026-10-02T00:00", 10, 24) with { FactorsHash = "old" }, Run("b", "2026-11-02T00:00", 10, 24,
            grid: 0.8)];

        var change = MonthChange.Explain(runs, _october, _november, null, run => run.Id == "a" ? Run("a", "2026-10-02T00:00", 10, 24,
            grid: 0.8) : run);

        Assert.Equal([0, 0, 0, 0, 0, 0, 12], change.Terms.Select(static term => Math.Round(term.Kilograms, 9) + 0d));
        // Without the means it is a warning, and in the grid.
        var plain = MonthChange.Explain(runs, _october, _november);
        Assert.Equal(12, plain.Terms.Single(static term => term.Cause == ChangeCause.Grid).Kilograms, 9);
        Assert.Equal("factors-differ", Assert.Single(plain.Warnings).Code);
    }

    [Fact]
    public void A_month_without_runs_is_compared_too()
    {
        RunSummary[] runs = [Run("b", "2026-11-02T00:00", 20, 40)];

        var grown = MonthChange.Explain(runs, _october, _november);
        Assert.Equal((null, 24), (grown.Share, grown.Kilograms));
        Assert.Equal([(ChangeCause.Work, 20), (ChangeCause.Embodied, 4)],
            grown.Terms.Where(static term => term.Kilograms != 0).Select(static term => (term.Cause, term.Kilograms)));
        Assert.Equal(-1, MonthChange.Explain(runs, _november, CalendarMonth.Parse("2026-12")).Share);
        Assert.Equal(0, MonthChange.Explain([], _october, _november).Kilograms);
    }

    static readonly Arbitrary<RunSummary[]> _runs = Arb.From(
        from seeds in (from day in Gen.Choose(0, 60)
                       from hours in Gen.Choose(0, 100)
                       from energy in Gen.Choose(0, 1000)
                       from account in Gen.Choose(0, 3)
                       from kind in Gen.Choose(0, 5)
                       from node in Gen.Choose(0, 2)
                       from grid in Gen.Choose(0, 9)
                       select (day, hours, energy, account, kind, node, grid)).ArrayOf()
        select seeds.Select((run, i) =>
        {
            var start = _october.Start.AddDays(run.day).ToString("yyyy-MM-ddTHH:mm", System.Globalization.CultureInfo.InvariantCulture);
            var made = run.kind == 0 ? Node($"r{i}", start, run.hours, run.energy / 7d)
                : Run($"r{i}", start, run.hours, run.energy / 7d, run.account == 0 ? null : $"a{run.account}", $"p{run.kind % 2}",
                    run.grid / 10d);
            return made with { Node = $"n{run.node}", BootId = $"boot{run.node}", IdleEnergy = Bounds.FromExact(run.hours),
                IdleEmissions = Bounds.FromExact(run.hours) };
        }).ToArray());

    [Fact]
    public void Parts_and_groups_add_up_and_the_sum_is_that_of_the_total() => Prop.ForAll(_runs, runs =>
    {
        var report = MonthReport.Create(runs, _november, null, _later);
        var total = LedgerTotal.Of(runs, new TotalQuery { Runs = new LedgerQuery { Since = _november.Start, Until = _november.End } });
        Near(total.Sum.Emissions.Best, report.Total.Sum.Emissions.Best);
        Near(total.Sum.IdleEnergy.Best, report.Total.Sum.IdleEnergy.Best);
        Near(total.Sum.Emissions.Best, report.Jobs.Emissions.Best + (report.OutsideJobs?.Emissions.Best ?? 0));
        foreach (var group in Enum.GetValues<MonthGroup>())
            Near(group == MonthGroup.Zone ? total.Sum.Emissions.High : report.Jobs.Emissions.High, report.Groups[group].Sum(static row =>
                row.Emissions.High));
        Near(total.Sum.FacilityEnergy.Best, report.Nodes.Sum(static node => node.Total?.FacilityEnergy.Best ?? 0));
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void The_causes_add_up_to_the_change() => Prop.ForAll(_runs, runs =>
    {
        foreach (var account in new[] { null, "a1" })
        {
            var change = MonthChange.Explain(runs, _october, _november, account);
            Near(change.Kilograms, change.Terms.Sum(static term => term.Kilograms));
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    static IEnumerable<(string?, double)> Rows(MonthReport report, MonthGroup group) => report.Groups[group].Select(static row =>
        (row.Group[0], row.Emissions.Best));

    static void Near(double expected, double actual) => Assert.True(Math.Abs(expected - actual) <= 1e-9 * (1 + Math.Abs(expected) + 1e4),
        $"{actual} is not {expected}");
}
