using Tonne.Ledgers.ImportExport;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Terminal;

namespace Tonne.Ledgers.Tests.Auditing;

public class RecountTests
{
    const string Id = "20261122-054210-aaaaa1";

    [Fact]
    public void A_recount_adds_a_statement_and_keeps_the_old_one()
    {
        using var home = new TemporaryHome();
        var entry = home.Complete(Id);
        var before = File.ReadAllText(home.Home.GetRunFolder(Id).StatementsPath);

        var recounted = Assert.IsType<RecountedRun>(home.Ledger.Recount(Id, old => SampleRun.Account(old.Record, 112, home.Time.GetUtcNow().AddDays(1))));

        var back = home.Ledger.Load(Id);
        Assert.True(recounted.Added);
        Assert.StartsWith(before, File.ReadAllText(home.Home.GetRunFolder(Id).StatementsPath), StringComparison.Ordinal);
        Assert.Equal(2, back.Statements.Length);
        // Twice the intensity is twice the operational emissions: 112 against 56 g/kWh.
        Assert.Equal(2 * entry.Account().Operational.Value, back.Account().Operational.Value, 1e-15);
        Assert.Equal(back.Account().Operational.Value, home.Ledger.ListRuns()[0].Operational!.Bounds.Best, 1e-15);
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void A_factor_that_changed_changes_what_explain_and_recount_say_and_nothing_else()
    {
        using var home = new TemporaryHome();
        var before = home.Complete(Id).Account();
        var files = new[] { home.Home.GetRunFolder(Id).TracePath, home.Home.GetRunFolder(Id).RecordPath };
        var bytes = files.Select(File.ReadAllBytes).ToList();

        home.Ledger.Recount(Id, old => SampleRun.Account(old.Record, 112, home.Time.GetUtcNow().AddDays(1)));
        var after = home.Ledger.Load(Id).Account();

        Assert.All(files.Zip(bytes), pair => Assert.Equal(pair.Second, File.ReadAllBytes(pair.First)));
        var figures = before.GetFigures().Zip(after.GetFigures()).ToList();
        Assert.NotEmpty(figures);
        foreach (var (was, now) in figures)
        {
            Assert.Equal(was.Name, now.Name);
            var changed = Explanation.Create(was).Contributions.Zip(Explanation.Create(now).Contributions.OrderBy(weight => Place(was, weight.Factor.Id))).Where(pair => pair.First.Factor != pair.Second.Factor).ToList();
            if (was.Derivation.GetFactors().All(factor => factor.Id != "grid"))
            {
                // Energy, building, hardware, water: to the last bit.
                Assert.Empty(changed);
                Assert.Equal(was.Bounds, now.Bounds);
                Assert.Equal(Text(was), Text(now));
            }
            else
            {
                Assert.Equal("grid", Assert.Single(changed).First.Factor.Id);
                Assert.NotEqual(was.Bounds.Best, now.Bounds.Best);
                Assert.NotEqual(Text(was), Text(now));
                // The tree is the old one with one leaf exchanged, and so is its interval.
                var grid = now.Derivation.GetFactors().Single(factor => factor.Id == "grid");
                var exchanged = was.Derivation.ReplaceFactors(factor => factor.Id == "grid" ? grid : factor);
                Assert.Equal(exchanged.Value, now.Derivation.Value);
                Assert.Equal(new UncertaintyPropagator().ComputeBounds(exchanged), now.Bounds);
            }
        }

        static int Place(Figure figure, string id) => Explanation.Create(figure).Contributions.Select(weight => weight.Factor.Id).ToList().IndexOf(id);

        static string Text(Figure figure)
        {
            using var text = new StringWriter();
            Explanation.Create(figure).Write(text, new TerminalCapabilities { Width = 100 });
            return text.ToString();
        }
    }

    [Fact]
    public void A_recount_that_says_the_same_adds_nothing()
    {
        using var home = new TemporaryHome();
        home.Complete(Id);
        var before = File.ReadAllText(home.Home.GetRunFolder(Id).StatementsPath);

        var recounted = Assert.IsType<RecountedRun>(home.Ledger.Recount(Id, old => SampleRun.Account(old.Record, 56, home.Time.GetUtcNow().AddDays(1))));

        Assert.False(recounted.Added);
        Assert.Equal(before, File.ReadAllText(home.Home.GetRunFolder(Id).StatementsPath));
    }

    [Fact]
    public void What_another_tool_stated_is_not_recounted()
    {
        using var home = new TemporaryHome();
        var file = Path.Combine(AppContext.BaseDirectory, "ImportExport", "Samples", "emissions-3.csv");
        var added = home.Ledger.Import(CodeCarbonCsv.Import(file, home.Time.GetUtcNow())).Added;

        Assert.NotEmpty(added);
        Assert.All(home.Ledger.ListRuns(), run => Assert.Null(home.Ledger.Recount(run.Id, old => SampleRun.Account(old.Record, 112, home.Time.GetUtcNow()))));
        Assert.All(home.Ledger.ListRuns(), run => Assert.Single(home.Ledger.Load(run.Id).Statements));
    }

    [Fact]
    public void A_run_without_a_statement_can_be_stated_again()
    {
        using var home = new TemporaryHome();
        home.Complete(Id);
        File.Delete(home.Home.GetRunFolder(Id).StatementsPath);

        Assert.Throws<LedgerDamagedException>(() => home.Ledger.Load(Id));
        home.Ledger.Recount(Id, old => SampleRun.Account(old.Record));

        Assert.Single(home.Ledger.Load(Id).Statements);
        Assert.Empty(home.Ledger.Verify());
    }
}
