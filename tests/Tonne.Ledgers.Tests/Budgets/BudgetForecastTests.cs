using System.Globalization;
using Tonne.Accounting;
using Tonne.Ledgers.Budgets;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Budgets;

/// <summary>What a budget expects of the end of its period, when it warns, how it was at the end of a month, and the quotas of Slurm that
/// are made from it.</summary>
public class BudgetForecastTests
{
    static readonly DateTimeOffset _november = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    static RunSummary Run(int day, double kilograms, string? account = null, string? user = null) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"r{day}-{kilograms}-{account}-{user}"),
        Name = "r",
        User = user,
        Job = account is null ? null : new JobIdentity { Launcher = JobLauncher.Slurm, Id = "1", Account = account },
        Status = RunStatus.Completed,
        StartedAt = _november.AddDays(day - 1).AddHours(5),
        DurationSeconds = 60,
        FacilityEnergy = Figure(kilograms),
        Total = Figure(kilograms),
    };

    static StatedFigure Figure(double value) => new("", "", "facility", new Bounds(value / 2, value, value * 2), Quality.Measured, 1);

    static BudgetState Check(Budget budget, DateTimeOffset now, DateTimeOffset? until, params RunSummary[] runs) =>
        BudgetState.Check([budget], until, now, query => Tonne.Ledgers.Totals.LedgerTotal.Of(runs, query)).Single();

    static readonly Budget _monthly = new() { Limit = new Allowance(50), Period = BudgetPeriod.Month };

    [Fact]
    public void The_days_so_far_go_on_with_an_interval_from_how_they_differ()
    {
        // 1, 2 and 3 kg: mean 2, s = 1. 27 days are left: 6 + 54 = 60 kg ± 4.303 · 1 · √(27 + 27² / 3) = 70.7055 kg, and not below what is
        // used.
        var state = Check(_monthly, _november.AddDays(3), null, Run(1, 1), Run(2, 2), Run(3, 3));

        Assert.Equal(60, state.Forecast!.Value.Best, 9);
        Assert.Equal(6, state.Forecast!.Value.Low, 9);
        Assert.Equal(130.7055, state.Forecast!.Value.High, 4);
    }

    [Fact]
    public void The_present_day_counts_as_used_and_not_as_a_whole_day()
    {
        // Four days of 1, 0, 1, 0 kg, and 5 kg on the fifth, at noon: 7 + 0.5 · 25.5 = 19.75.
        var state = Check(_monthly, _november.AddDays(4.5), null, Run(1, 1), Run(3, 1), Run(5, 5));

        Assert.Equal(19.75, state.Forecast!.Value.Best, 9);
        // s² = 1/3; t(0.975, 3) = 3.182; √((25.5 + 25.5² / 4) / 3) = 7.917544.
        Assert.Equal(19.75 + (3.182 * 7.917544), state.Forecast!.Value.High, 3);
    }

    [Fact]
    public void Too_few_days_have_no_forecast_and_the_end_has_none()
    {
        Assert.Null(Check(_monthly, _november.AddDays(2.9), null, Run(1, 1)).Forecast);
        Assert.Null(Check(_monthly, _november.AddDays(40), _november.AddMonths(1), Run(1, 1)).Forecast);
        Assert.Null(Check(_monthly with { Period = BudgetPeriod.Total }, _november.AddDays(20), null, Run(1, 1)).Forecast);
    }

    [Theory]
    [InlineData(24, null)]
    [InlineData(25, 0.5)]
    [InlineData(41, 0.8)]
    [InlineData(50, 1.0)]
    [InlineData(500, 1.0)]
    public void The_highest_warning_that_is_reached_counts(double used, double? warning) =>
        Assert.Equal(warning, Check(_monthly, _november.AddDays(20), null, Run(1, used)).Warning);

    [Fact]
    public void Warnings_are_read_as_per_cent()
    {
        Assert.Equal([0.6, 0.9, 1.5], Budget.ParseWarnings("90, 60%,150 %,60"));
        Assert.Equal(0.9, Check(_monthly with { WarnAt = Budget.ParseWarnings("60,90") }, _november.AddDays(20), null, Run(1, 49)).Warning);
        foreach (var text in new[] { "", "0", "-5", "1001", "half", "50;80", "1e2" })
            Assert.Throws<FormatException>(() => Budget.ParseWarnings(text));
    }

    [Fact]
    public void At_the_end_of_an_earlier_month_later_runs_are_not_counted()
    {
        var quarterly = _monthly with { Period = BudgetPeriod.Quarter };
        RunSummary[] runs = [Run(-5, 1), Run(2, 2), Run(33, 4)];

        // 26 October, 2 November, 3 December.
        Assert.Equal(7, Check(quarterly, _november.AddDays(50), null, runs).Used.Best);
        Assert.Equal(3, Check(quarterly, _november.AddDays(50), _november.AddMonths(1), runs).Used.Best);
        Assert.Equal(1, Check(quarterly, _november.AddDays(50), _november, runs).Used.Best);
        Assert.Equal(2, Check(_monthly, _november.AddDays(50), _november.AddMonths(1), runs).Used.Best);
    }

    [Fact]
    public void Thresholds_are_kept_with_a_budget()
    {
        using var home = new TemporaryHome();
        var file = new BudgetFile(home.Home);
        file.Set(_monthly with { Account = "physics", WarnAt = [0.3] });
        file.Set(_monthly);

        Assert.Equal([0.3], file.Read()[0].Warnings);
        Assert.Null(file.Read()[1].WarnAt);
        File.WriteAllText(file.Location, File.ReadAllText(file.Location).Replace("0.3", "-1", StringComparison.Ordinal));
        Assert.Throws<LedgerUnavailableException>(() => file.Read());
    }

    [Fact]
    public void Quotas_of_slurm_are_the_budgets_of_accounts_and_users_that_are_exceeded()
    {
        RunSummary[] runs = [Run(1, 60, "physics", "ada"), Run(2, 20, "chem", "bob")];
        Budget[] budgets =
        [
            _monthly with { Account = "physics" }, _monthly with { Account = "chem" }, _monthly with { Account = "physics",
                Project = "p" }, _monthly,
            new Budget { User = "bob", Limit = new Allowance(10, IsEnergy: true), Period = BudgetPeriod.Year },
                _monthly with { Account = "a\tb", Limit = new Allowance(1e-9) },
        ];

        var text = SlurmQuotas.Create(BudgetState.Check(budgets, null, _november.AddDays(20), query =>
            Tonne.Ledgers.Totals.LedgerTotal.Of(runs, query)), _november);

        // 2026-11-01 is 1793491200, 2026-12-01 1796083200, 2027-01-01 1798761600 (date -u -d … +%s).
        Assert.Equal(
            "# tonne.slurm-quotas/1\n# written=1793491200\naccount\tuser\tused\tlimit\tresets\n\tbob\t20.0 kWh\t10.0 kWh/year\t1798761600\n"
            + "physics\t\t60.0 kg CO2e\t50.0 kg CO2e/month\t1796083200\n# end\n", text);
    }

    [Fact]
    public void The_file_of_quotas_is_replaced_as_a_whole_and_read_by_all()
    {
        using var home = new TemporaryHome();
        var path = home.Elsewhere("quotas/quotas.tsv");

        SlurmQuotas.Write(path, "one\n");
        SlurmQuotas.Write(path, "two\n");

        Assert.Equal("two\n", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        if (!OperatingSystem.IsWindows())
            Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead));
        Assert.Throws<LedgerUnavailableException>(() => SlurmQuotas.Write(Path.Combine(path, "below-a-file"), "three\n"));
    }
}
