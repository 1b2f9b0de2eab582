using FsCheck;
using FsCheck.Fluent;
using Tonne.Ledgers.Budgets;
using Tonne.Quantities;

namespace Tonne.Ledgers.Tests.Budgets;

/// <summary>Limits as people write them, their periods by the calendar, and the chance that one is exceeded.</summary>
public class BudgetTests
{
    [Theory]
    [InlineData("50kg", 50, false)]
    [InlineData("0.5 t CO2e", 500, false)]
    [InlineData("800g", 0.8, false)]
    [InlineData("3mg", 3e-6, false)]
    [InlineData("2e3 kg", 2000, false)]
    [InlineData("3kWh", 3, true)]
    [InlineData("1MWh", 1000, true)]
    [InlineData("1mWh", 1e-6, true)]
    [InlineData("250 Wh", 0.25, true)]
    public void Limits_are_read_with_their_unit(string text, double value, bool isEnergy)
    {
        var limit = Allowance.Parse(text);

        Assert.Equal(value, limit.Value, value * 1e-12);
        Assert.Equal(isEnergy, limit.IsEnergy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5kg")]
    [InlineData("0kg")]
    [InlineData("1e400kg")]
    [InlineData("1e-330kg")]
    [InlineData("NaNkg")]
    [InlineData("5mwh")]
    [InlineData("5lb")]
    [InlineData("kg")]
    public void What_is_no_limit_is_refused(string text) => Assert.Throws<FormatException>(() => Allowance.Parse(text));

    [Theory]
    [InlineData("50kg/month", BudgetPeriod.Month)]
    [InlineData("50kg / YEAR", BudgetPeriod.Year)]
    [InlineData("50kg", BudgetPeriod.Total)]
    public void A_period_follows_a_slash(string text, BudgetPeriod period) => Assert.Equal(period, Budget.ParseLimit(text).Period);

    [Theory]
    [InlineData("50kg/")]
    [InlineData("50kg/fortnight")]
    [InlineData("50kg/total")]
    [InlineData("50kg/3")]
    public void What_is_no_period_is_refused(string text) => Assert.Throws<FormatException>(() => Budget.ParseLimit(text));

    // 2026-11-29 is a Sunday, the last day of its ISO week.
    [Theory]
    [InlineData(BudgetPeriod.Day, "2026-11-29", "2026-11-30")]
    [InlineData(BudgetPeriod.Week, "2026-11-23", "2026-11-30")]
    [InlineData(BudgetPeriod.Month, "2026-11-01", "2026-12-01")]
    [InlineData(BudgetPeriod.Quarter, "2026-10-01", "2027-01-01")]
    [InlineData(BudgetPeriod.Year, "2026-01-01", "2027-01-01")]
    public void Periods_are_those_of_the_calendar_in_utc(BudgetPeriod period, string start, string end)
    {
        var budget = new Budget { Limit = new Allowance(1), Period = period };

        // 01:30 on Monday in Berlin is still Sunday in UTC.
        Assert.Equal((Day(start), Day(end)), budget.FindPeriod(new DateTimeOffset(2026, 11, 30, 0, 30, 0, TimeSpan.FromHours(1))));
    }

    [Fact]
    public void Every_moment_is_in_its_period() => Prop.ForAll(
        Arb.From(from minutes in Gen.Choose(0, 30_000_000) from period in Gen.Elements(Enum.GetValues<BudgetPeriod>()) select (minutes, period)), pair =>
        {
            var now = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(pair.minutes);
            return new Budget { Limit = new Allowance(1), Period = pair.period }.FindPeriod(now) is not ({ } start, { } end) || (start <= now && now < end && start.TimeOfDay == TimeSpan.Zero);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    // 97.5 % of a 95 % interval's mass is below its high end, 2.5 % below its low end; half is below the best value.
    [Theory]
    [InlineData(20, 0.025)]
    [InlineData(10, 0.5)]
    [InlineData(5, 0.975)]
    public void The_chance_follows_the_interval(double limit, double chance) =>
        Assert.Equal(chance, new Allowance(limit).ChanceExceeded(new Bounds(5, 10, 20)), 0.0005);

    [Fact]
    public void The_chance_falls_as_the_limit_grows_and_is_certain_without_spread() => Prop.ForAll(
        Arb.From(from low in Gen.Choose(0, 100) from more in Gen.Choose(0, 100) from most in Gen.Choose(0, 1000) from limit in Gen.Choose(1, 500) select (low, more, most, limit)), one =>
        {
            var used = new Bounds(one.low, one.low + one.more, one.low + one.more + one.most);
            var (chance, larger) = (new Allowance(one.limit).ChanceExceeded(used), new Allowance(one.limit * 2).ChanceExceeded(used));
            return chance is >= 0 and <= 1 && larger <= chance + 1e-12;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_budget_replaces_that_of_its_scope_and_counts_its_runs_of_the_period()
    {
        using var home = new TemporaryHome();
        home.Complete("20261122-070000-aaaaaa");
        home.Complete("20261022-070000-bbbbbb");
        var file = new BudgetFile(home.Home);
        file.Set(new Budget { Project = "mnist", Limit = new Allowance(5), Period = BudgetPeriod.Month });
        file.Set(new Budget { Project = "mnist", Limit = new Allowance(1e-9), Period = BudgetPeriod.Month });
        file.Set(new Budget { Limit = new Allowance(1, IsEnergy: true), Period = BudgetPeriod.Total });

        var states = home.Ledger.CheckBudgets(file.Read());

        Assert.Equal([(1, true), (2, false)], states.Select(state => (state.Total.Sum.Runs, state.IsExceeded)));
        Assert.InRange(states[0].ChanceExceeded, 0.99, 1);
        Assert.Equal(1, file.Remove("mnist", null, null));
        Assert.Single(file.Read());
    }

    [Fact]
    public async Task Budgets_that_are_set_at_the_same_time_are_all_kept()
    {
        using var home = new TemporaryHome();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() =>
            new BudgetFile(home.Home).Set(new Budget { Project = $"p{i}", Limit = new Allowance(5), Period = BudgetPeriod.Month }))));

        Assert.Equal(12, new BudgetFile(home.Home).Read().Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"schema\":\"other/1\",\"budgets\":[]}")]
    [InlineData("{\"schema\":\"tonne.budgets/1\",\"budgets\":null}")]
    [InlineData("{\"schema\":\"tonne.budgets/1\",\"budgets\":[{\"limit\":{\"value\":-1},\"period\":\"month\"}]}")]
    [InlineData("{\"schema\":\"tonne.budgets/1\",\"budgets\":[{\"limit\":null,\"period\":\"month\"}]}")]
    [InlineData("{\"schema\":\"tonne.budgets/1\",\"budgets\":[null]}")]
    [InlineData("{\"schema\":\"tonne.budgets/1\",\"budgets\":[{\"limit\":{\"value\":1},\"period\":\"moon\"}]}")]
    public void A_file_that_is_not_ours_is_refused_and_kept(string text)
    {
        using var home = new TemporaryHome();
        var file = new BudgetFile(home.Home);
        Directory.CreateDirectory(home.Home.Root);
        File.WriteAllText(file.Location, text);

        Assert.Throws<LedgerUnavailableException>(() => file.Set(new Budget { Limit = new Allowance(5), Period = BudgetPeriod.Month }));
        Assert.Equal(text, File.ReadAllText(file.Location));
    }

    static DateTimeOffset Day(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);
}
