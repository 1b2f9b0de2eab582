using FsCheck;
using FsCheck.Fluent;
using Tonne.Ledgers.Months;
using Levels = Tonne.Ledgers.Months.LogMeanDecomposition.Levels;

namespace Tonne.Ledgers.Tests.Months;

/// <summary>The logarithmic mean Divisia index: terms by hand, and the laws that Ang 2004 states: no remainder, and the terms change sign
/// with the order of the months.</summary>
public class LogMeanDecompositionTests
{
    static readonly Gen<double> _level = Gen.Frequency((1, Gen.Constant(0d)), (6, Gen.Choose(1, 1_000_000).Select(static n => n / 997d)));

    static readonly Arbitrary<(Levels, Levels)[]> _groups = Arb.From(
        from groups in (from a in Arrange() from b in Arrange() select (a, b)).ArrayOf()
        select groups);

    static Gen<Levels> Arrange() => from h in _level from e in _level from f in _level from v in _level select new Levels(h, e, f, v);

    static LogMeanDecomposition.Terms Explain(params (Levels, Levels)[] groups) => LogMeanDecomposition.Explain(groups);

    static void ForAll(Func<(Levels Before, Levels After)[], bool> check) => Prop.ForAll(_groups, check)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    static bool Near(double expected, double actual, (Levels Before, Levels After)[] groups) =>
        Math.Abs(expected - actual) <= 1e-9 * (1 + groups.Sum(static group => group.Before.Value + group.After.Value));

    [Fact]
    public void Twice_the_hours_are_work_alone()
    {
        var terms = Explain((new(10, 20, 24, 12), new(20, 40, 48, 24)));

        Assert.Equal((12, 0, 0, 0, 0), (Math.Round(terms.Work, 9), Math.Round(terms.Mix, 9), Math.Round(terms.Power, 9),
            Math.Round(terms.Pue, 9), Math.Round(terms.Grid, 9)));
    }

    [Fact]
    public void Each_factor_has_the_logarithmic_mean_times_the_logarithm_of_its_quotient()
    {
        // 10 h at 2 kW, PUE 1.2, 0.5 kg/kWh: 12 kg. Then 20 h at 1.5 kW, PUE 1.1, 0.4 kg/kWh: 13.2 kg. L = 1.2 / ln 1.1 = 12.590465.
        var terms = Explain((new(10, 20, 24, 12), new(20, 30, 33, 13.2)));

        // 12.590465 · ln 2, · ln 0.75, · ln (1.1 / 1.2), · ln 0.8.
        Assert.Equal(8.727046, terms.Work, 5);
        Assert.Equal(-3.622053, terms.Power, 5);
        Assert.Equal(-1.095511, terms.Pue, 5);
        Assert.Equal(-2.809481, terms.Grid, 5);
        Assert.Equal(0, terms.Mix, 9);
        Assert.Equal(1.2, terms.Sum, 9);
    }

    [Fact]
    public void Hours_that_move_to_another_group_are_its_mix()
    {
        // 10 h each at 1 and 3 kW with 1 kg/kWh: 40 kg. All 20 h at 1 kW: 20 kg. L(20, 10) · ln 2 = 10, and the group that is gone takes
        // 30.
        var terms = Explain((new(10, 10, 10, 10), new(20, 20, 20, 20)), (new(10, 30, 30, 30), default));

        Assert.Equal((0, -20), (Math.Round(terms.Work, 9), Math.Round(terms.Mix, 9)));
    }

    [Fact]
    public void Of_a_month_without_runs_all_is_work()
    {
        Assert.Equal(new LogMeanDecomposition.Terms(12, 0, 0, 0, 0), Explain((default, new(10, 20, 24, 12))));
        Assert.Equal(new LogMeanDecomposition.Terms(-12, 0, 0, 0, 0), Explain((new(10, 20, 24, 12), default)));
        Assert.Equal(default, Explain((default, default)));
    }

    [Fact]
    public void A_group_without_hours_has_its_energy_as_its_work()
    {
        var terms = Explain((new(0, 20, 24, 12), new(0, 40, 48, 24)));

        Assert.Equal((12, 0), (Math.Round(terms.Work, 9), Math.Round(terms.Power, 9)));
    }

    [Fact]
    public void The_terms_add_up_to_the_change() =>
        ForAll(groups => Near(groups.Sum(static group => group.After.Value - group.Before.Value), LogMeanDecomposition.Explain(groups).Sum,
            groups));

    [Fact]
    public void In_the_other_order_every_term_changes_its_sign() => ForAll(groups =>
    {
        var (forth, back) = (LogMeanDecomposition.Explain(groups), LogMeanDecomposition.Explain([.. groups.Select(static group =>
            (group.After, group.Before))]));
        return Near(forth.Work, -back.Work, groups) && Near(forth.Mix, -back.Mix, groups) && Near(forth.Power, -back.Power, groups)
            && Near(forth.Pue, -back.Pue, groups) && Near(forth.Grid, -back.Grid, groups);
    });

    [Fact]
    public void A_month_that_is_the_same_has_no_terms() =>
        ForAll(groups => LogMeanDecomposition.Explain([.. groups.Select(static group => (group.Before, group.Before))]) is var terms
            && Near(0, Math.Abs(terms.Work) + Math.Abs(terms.Mix) + Math.Abs(terms.Power) + Math.Abs(terms.Pue) + Math.Abs(terms.Grid),
                groups));

    [Theory]
    // L(2, 1) = 1 / ln 2; L(a, a) = a; beside it the mean of both.
    [InlineData(2, 1, 1.4426950408889634)]
    [InlineData(1, 2, 1.4426950408889634)]
    [InlineData(5, 5, 5)]
    [InlineData(1.000001, 1, 1.0000005)]
    [InlineData(1e-12, 1, 0.036191206825)]
    public void The_logarithmic_mean_is_between_its_values(double a, double b, double mean) => Assert.Equal(mean,
        LogMeanDecomposition.Mean(a, b), 9);
}
