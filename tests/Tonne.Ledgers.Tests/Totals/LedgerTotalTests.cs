using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Accounting;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Totals;

/// <summary>Laws of sums: every joule once, whatever the groups; and each rule of what another run includes, on runs of round numbers.</summary>
public class LedgerTotalTests
{
    static readonly DateTimeOffset _start = new(2026, 11, 22, 5, 0, 0, TimeSpan.Zero);

    static RunSummary Run(string id, double at, double seconds, double kilowattHours, string? parent = null) => new()
    {
        Id = id,
        Name = id,
        Parent = parent,
        Status = RunStatus.Completed,
        StartedAt = _start.AddSeconds(at),
        DurationSeconds = seconds,
        Energy = Figure(kilowattHours / 1.25),
        FacilityEnergy = Figure(kilowattHours),
        Operational = Figure(kilowattHours / 4),
        Total = Figure(kilowattHours / 2),
    };

    static StatedFigure Figure(double value, Quality quality = Quality.Measured) =>
        new("", "", "facility(cpu+memory+other), share, location, lifecycle", new Bounds(value / 2, value, value * 2), quality, quality == Quality.Measured ? 1 : 0);

    static LedgerTotal Total(string by, params RunSummary[] runs) => LedgerTotal.Of(runs, new TotalQuery { By = TotalKey.Parse(by) });

    static readonly Arbitrary<RunSummary[]> _runs = Arb.From(
        from seeds in (from project in Gen.Choose(0, 3)
                       from user in Gen.Choose(0, 3)
                       from at in Gen.Choose(0, 100_000)
                       from seconds in Gen.Choose(0, 10_000)
                       from energy in Gen.Choose(0, 1000)
                       from parent in Gen.Choose(0, 5)
                       from machine in Gen.Choose(0, 2)
                       select (project, user, at, seconds, energy, parent, machine)).ArrayOf()
        select seeds.Select((run, i) => Run($"r{i}", run.at, run.seconds, run.energy / 7d, run.parent < i ? $"r{run.parent}" : null) with
        {
            Project = run.project == 0 ? null : $"p{run.project}",
            User = run.user == 0 ? null : $"u{run.user}",
            BootId = $"boot{run.machine}",
            IdleEnergy = Bounds.FromExact(run.seconds * 2),
            IdleEmissions = Bounds.FromExact(run.seconds),
            Status = (new[] { RunStatus.Completed, RunStatus.Failed, RunStatus.Interrupted })[run.user % 3],
            Tags = ImmutableSortedDictionary<string, string>.Empty.Add("model", $"m{run.project}"),
        }).ToArray());

    static void ForAll<T>(Arbitrary<T> values, Action<T> check) =>
        Prop.ForAll(values, value =>
        {
            check(value);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Rows_add_up_to_the_sum_whatever_they_are_grouped_by() =>
        ForAll(_runs, runs =>
        {
            foreach (var by in new[] { "project", "account,user", "month,project", "model", "campaign,status", "machine", "tag:model,user", "year" })
            {
                var total = Total(by, runs);
                Near(total.Sum.Emissions.Best, total.Rows.Sum(row => row.Emissions.Best));
                Near(total.Sum.FacilityEnergy.High, total.Rows.Sum(row => row.FacilityEnergy.High));
                Near(total.Sum.IdleEnergy.Best, total.Rows.Sum(row => row.IdleEnergy.Best));
                Assert.Equal(total.Sum.Runs, total.Rows.Sum(row => row.Runs));
                Assert.Equal(runs.Length, total.Sum.Runs + total.CountedWithOthers.Length + total.WithoutFigures.Length);
                Assert.Equal(total.Sum.Runs, total.Sum.Completed + total.Sum.Failed + total.Sum.Interrupted);
            }
        });

    [Fact]
    public void A_total_does_not_depend_on_the_order() =>
        ForAll(_runs, runs =>
        {
            var forward = LedgerTotal.Of(runs);
            var backward = LedgerTotal.Of(runs.Reverse());

            Near(forward.Sum.FacilityEnergy.Best, backward.Sum.FacilityEnergy.Best);
            Near(forward.Sum.IdleEnergy.Best, backward.Sum.IdleEnergy.Best);
            Assert.Equal(forward.CountedWithOthers, backward.CountedWithOthers);
        });

    [Fact]
    public void Runs_inside_a_run_count_once_at_any_depth()
    {
        var total = LedgerTotal.Of([Run("outer", 0, 100, 5), Run("inner", 10, 50, 3, "outer"), Run("innermost", 20, 10, 1, "inner"), Run("other", 0, 100, 7)]);

        Assert.Equal((2, 12.0), (total.Sum.Runs, total.Sum.FacilityEnergy.Best));
        Assert.Equal(["inner", "innermost"], total.CountedWithOthers.Select(run => run.Id));
    }

    [Fact]
    public void A_run_whose_outer_run_is_missing_had_ended_or_still_runs_counts_itself()
    {
        Assert.Equal(3, LedgerTotal.Of([Run("inner", 10, 50, 3, "outer")]).Sum.FacilityEnergy.Best);
        Assert.Equal(8, LedgerTotal.Of([Run("outer", 0, 100, 5), Run("later", 101, 50, 3, "outer")]).Sum.FacilityEnergy.Best);
        var running = Run("outer", 0, 100, 5) with { Status = RunStatus.Running, DurationSeconds = null, FacilityEnergy = null, Total = null };
        Assert.Equal(3, LedgerTotal.Of([running, Run("inner", 10, 50, 3, "outer")]).Sum.FacilityEnergy.Best);
    }

    [Fact]
    public void Bounds_are_added() =>
        Assert.Equal(new Bounds(1.5, 3, 6), LedgerTotal.Of([Run("a", 0, 10, 1), Run("b", 5, 10, 2)]).Sum.FacilityEnergy);

    // A machine that idles at 2 kW for everyone: whatever runs overlap, its idle energy is 2 × the time in which any ran.
    [Fact]
    public void Idle_energy_of_a_machine_is_that_of_the_time_in_which_any_run_ran() =>
        ForAll(Arb.From((from at in Gen.Choose(0, 1000) from seconds in Gen.Choose(1, 300) select (At: at, Seconds: seconds)).NonEmptyListOf()), intervals =>
        {
            var runs = intervals.Select((interval, i) => Run($"r{i}", interval.At, interval.Seconds, 1) with
            {
                BootId = "boot",
                IdleEnergy = Bounds.FromExact(2 * interval.Seconds),
            }).ToArray();

            var (union, end) = (0d, double.NegativeInfinity);
            foreach (var (at, seconds) in intervals.OrderBy(interval => interval.At))
            {
                union += Math.Max(0, at + seconds - Math.Max(at, end));
                end = Math.Max(end, at + seconds);
            }

            var total = LedgerTotal.Of(runs).Sum.IdleEnergy.Best;
            Assert.True(Math.Abs(total - (2 * union)) < 1e-6 * union, $"{total} is not {2 * union}");
        });

    // A machine whose processors idle at 2 kW, of which runs have reserved tenths, and whose memory takes 1 kW all the time: what no run has is counted once.
    [Fact]
    public void Idle_energy_that_no_run_has_reserved_is_counted_once() =>
        ForAll(Arb.From((from at in Gen.Choose(0, 60) from seconds in Gen.Choose(1, 30) from tenths in Gen.Choose(0, 2) select (At: at, End: at + seconds, Tenths: tenths)).ListOf(4)), intervals =>
        {
            // Intervals are of whole seconds, so each second is of one kind.
            double IdlePower(int second) => 1 + (0.2 * FreeTenths(second));
            int FreeTenths(int second) => 10 - intervals.Where(each => each.At <= second && second < each.End).Sum(each => each.Tenths);
            var runs = intervals.Select((each, i) => Run($"r{i}", each.At, each.End - each.At, 1) with
            {
                BootId = "boot",
                ReservedShare = each.Tenths / 10.0,
                IdleEnergy = Bounds.FromExact(Enumerable.Range(each.At, each.End - each.At).Sum(IdlePower)),
                SteadyIdleShare = (each.End - each.At) / Enumerable.Range(each.At, each.End - each.At).Sum(IdlePower),
            }).ToArray();
            var expected = Enumerable.Range(0, 100).Where(second => intervals.Any(each => each.At <= second && second < each.End)).Sum(IdlePower);

            var total = LedgerTotal.Of(runs).Sum.IdleEnergy.Best;

            Assert.True(Math.Abs(total - expected) < 1e-9 * expected, $"{total} is not {expected}");
        });

    [Fact]
    public void An_import_of_our_own_export_counts_with_its_run()
    {
        var own = Run("20261122-050000-aaaaaa", 0, 100, 5) with { Cpu = "EPYC" };
        var back = Run("20261122-050000-bbbbbb", 0, 100, 5) with { Kind = RunKind.Imported, Tags = ImmutableSortedDictionary<string, string>.Empty.Add("codecarbon.run_id", own.Id) };

        var total = LedgerTotal.Of([own, back]);

        Assert.Equal((1, 5.0), (total.Sum.Runs, total.Sum.FacilityEnergy.Best));
        Assert.Equal((back.Id, own.Id, CountedWith.OwnExport), Assert.Single(total.CountedWithOthers));
        Assert.Equal(5, LedgerTotal.Of([back]).Sum.FacilityEnergy.Best);
    }

    // CodeCarbon inside `tonne run`: it starts after and ends before.
    [Theory]
    [InlineData("EPYC", 2, 90, true)]
    [InlineData("EPYC", -4, 108, true)]
    [InlineData("Xeon", 2, 90, false)]
    [InlineData("EPYC", 50, 90, false)]
    [InlineData("EPYC", -60, 300, false)]
    public void What_another_tool_measured_during_a_run_on_such_a_machine_counts_with_it(string cpu, double at, double seconds, bool included)
    {
        var run = Run("a", 0, 100, 5) with { Cpu = "EPYC" };
        var imported = Run("b", at, seconds, 3) with { Cpu = cpu, Kind = RunKind.Imported };

        Assert.Equal(included ? 5 : 8, LedgerTotal.Of([run, imported]).Sum.FacilityEnergy.Best);
    }

    // By hand: a quarter of the energy was used before midnight of the last of October.
    [Fact]
    public void A_run_across_the_end_of_a_month_is_split_by_its_quarter_hours()
    {
        var across = Run("a", 0, 3600, 8) with
        {
            StartedAt = new DateTimeOffset(2026, 10, 31, 23, 45, 0, TimeSpan.Zero),
            Months = new Dictionary<string, double> { ["2026-10"] = 0.25, ["2026-11"] = 0.75 }.ToImmutableSortedDictionary(),
        };
        var november = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal([("2026-10", 2.0), ("2026-11", 6.0)], Total("month", across).Rows.Select(row => (row.Group[0]!, row.FacilityEnergy.Best)));
        Assert.Equal(6, LedgerTotal.Of([across], new TotalQuery { Runs = new LedgerQuery { Since = november, Until = november.AddMonths(1) } }).Sum.FacilityEnergy.Best);
        Assert.Equal(2, LedgerTotal.Of([across], new TotalQuery { Runs = new LedgerQuery { Until = november } }).Sum.FacilityEnergy.Best);
    }

    [Fact]
    public void A_run_across_months_is_one_run_in_a_row_that_is_no_month()
    {
        var across = Run("a", 0, 3600, 8) with { Project = "p", Months = new Dictionary<string, double> { ["2026-10"] = 0.25, ["2026-11"] = 0.75 }.ToImmutableSortedDictionary() };
        var year = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        var row = Assert.Single(LedgerTotal.Of([across], new TotalQuery { By = TotalKey.Parse("project,year"), Runs = new LedgerQuery { Since = year, Until = year.AddYears(1) } }).Rows);

        Assert.Equal((1, 1, 8.0), (row.Runs, row.Completed, row.FacilityEnergy.Best));
    }

    // A budget of a project holds for what runs inside a run of another project too.
    [Fact]
    public void A_run_inside_one_that_is_not_asked_for_counts_by_itself()
    {
        RunSummary[] runs =
        [
            Run("outer", 0, 100, 8) with { Project = "p1" }, Run("inner", 10, 50, 3, "outer") with { Project = "p2" }, Run("innermost", 20, 10, 1, "inner") with { Project = "p1" },
        ];

        double Of(LedgerQuery query) => LedgerTotal.Of(runs, new TotalQuery { Runs = query }).Sum.FacilityEnergy.Best;

        Assert.Equal(8, Of(LedgerQuery.All));
        Assert.Equal(3, Of(new LedgerQuery { Project = "p2" }));
        Assert.Equal(8, Of(new LedgerQuery { Project = "p1" }));
        Assert.Equal(3, Of(new LedgerQuery { Since = _start.AddSeconds(5) }));
    }

    [Fact]
    public void A_row_of_every_tag_counts_a_run_in_each_and_the_sum_counts_it_once()
    {
        var run = Run("a", 0, 10, 4) with { Tags = new Dictionary<string, string> { ["model"] = "m", ["seed"] = "1" }.ToImmutableSortedDictionary() };

        var total = Total("tag", run, Run("b", 0, 10, 1));

        Assert.Equal([("model=m", 4.0), ("seed=1", 4.0), (null, 1.0)], total.Rows.Select(row => (row.Group[0], row.FacilityEnergy.Best)));
        Assert.Equal(5, total.Sum.FacilityEnergy.Best);
    }

    // ISO/IEC SCI for AI: failed, repeated and stopped runs are part of a model's training.
    [Fact]
    public void A_campaign_counts_failed_and_interrupted_runs_of_its_model()
    {
        var tags = ImmutableSortedDictionary<string, string>.Empty;
        var row = Assert.Single(Total("campaign",
            Run("a", 0, 10, 1) with { Tags = tags.Add("model", "m") },
            Run("b", 20, 10, 2) with { Tags = tags.Add("model", "m"), Status = RunStatus.Failed },
            Run("c", 40, 10, 4) with { Tags = tags.Add("campaign", "m"), Status = RunStatus.Interrupted }).Rows);

        Assert.Equal(("m", 3, 1, 1, 1, 7.0), (row.Group[0], row.Runs, row.Completed, row.Failed, row.Interrupted, row.FacilityEnergy.Best));
    }

    [Fact]
    public void Different_boundaries_and_missing_embodied_emissions_are_said()
    {
        var with = Run("a", 0, 10, 1) with { Embodied = Figure(1), Total = Figure(2) with { Boundary = "facility(cpu+gpu:0), share, location, lifecycle, with embodied" } };

        var total = LedgerTotal.Of([with, Run("b", 20, 10, 2)]);

        Assert.Equal(["boundaries-differ", "embodied-unknown"], total.Warnings.Select(warning => warning.Code));
        Assert.Equal(["facility, share, location, lifecycle", "facility, share, location, lifecycle, with embodied"], total.Sum.Boundaries.Keys);
        Assert.Empty(LedgerTotal.Of([with]).Warnings);
    }

    [Fact]
    public void The_quality_of_a_sum_is_the_worst_above_a_twentieth()
    {
        var modelled = Run("b", 0, 10, 1) with { FacilityEnergy = Figure(1, Quality.Modelled) };

        Assert.Equal(Quality.Modelled, LedgerTotal.Of([Run("a", 0, 10, 9), modelled]).Sum.Quality);
        Assert.Equal(Quality.Measured, LedgerTotal.Of([Run("a", 0, 10, 99), modelled]).Sum.Quality);
        Assert.Equal(0.9, LedgerTotal.Of([Run("a", 0, 10, 9), modelled]).Sum.MeasuredShare, 1e-12);
    }

    [Fact]
    public void Nothing_is_no_row_and_the_largest_numbers_are_a_number()
    {
        Assert.Equal((0, 0), (LedgerTotal.Of([]).Sum.Runs, Total("project").Rows.Length));
        var huge = Run("a", 0, 10, 1) with { FacilityEnergy = Figure(0) with { Bounds = Bounds.FromExact(double.MaxValue) } };
        Assert.Equal(double.MaxValue, LedgerTotal.Of([huge, huge with { Id = "b" }]).Sum.FacilityEnergy.Best);
    }

    [Theory]
    [InlineData("account,user", "account user")]
    [InlineData(" Person , TAG:Seed", "user tag:Seed")]
    public void Keys_are_read_as_people_write_them(string text, string expected) => Assert.Equal(expected, string.Join(' ', TotalKey.Parse(text)));

    [Theory]
    [InlineData("")]
    [InlineData("colour")]
    [InlineData("user,user")]
    [InlineData("user,person")]
    [InlineData("tag:")]
    [InlineData("3")]
    public void Another_word_is_refused(string text) => Assert.Throws<FormatException>(() => TotalKey.Parse(text));

    static void Near(double expected, double actual) => Assert.True(Math.Abs(expected - actual) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{actual} is not {expected}");

    [Theory]
    [InlineData(JobLauncher.Torchrun, 0, 2)]
    [InlineData(JobLauncher.Torchrun, 3600, 3)]
    [InlineData(JobLauncher.Slurm, 3600, 2)]
    public void A_key_that_comes_again_after_its_runs_have_ended_is_another_job(JobLauncher launcher, double later, int jobs)
    {
        RunSummary[] runs =
        [
            Run("a", 0, 60, 1) with { Job = new JobIdentity { Launcher = launcher, Id = "10.0.0.1:29500" } },
            Run("b", 10, 60, 1) with { Job = new JobIdentity { Launcher = launcher, Id = "10.0.0.1:29500" } },
            Run("c", 80 + later, 60, 1) with { Job = new JobIdentity { Launcher = launcher, Id = "10.0.0.1:29500" } },
            Run("d", 0, 60, 1) with { Job = new JobIdentity { Launcher = launcher, Id = "other" } },
        ];

        Assert.Equal(jobs, Total("project", runs).Sum.Jobs);
        Assert.Equal(jobs, DistributedJob.Group(runs).Count);
    }
}
