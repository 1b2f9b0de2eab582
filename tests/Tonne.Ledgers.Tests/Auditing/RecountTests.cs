using Tonne.Ledgers.Exchanging;

namespace Tonne.Ledgers.Tests.Auditing;

public class RecountTests
{
    const string Id = "20261122-054210-aaaaa1";

    [Fact]
    public void A_recount_adds_a_statement_and_keeps_the_old_one()
    {
        using var home = new TemporaryHome();
        var entry = home.Complete(Id);
        var before = File.ReadAllText(home.Home.Of(Id).Statements);

        var recounted = Assert.Single(home.Ledger.Recount([Id], old => SampleRun.Account(old.Record, 112, home.Time.GetUtcNow().AddDays(1))));

        var back = home.Ledger.Load(Id);
        Assert.True(recounted.Added);
        Assert.StartsWith(before, File.ReadAllText(home.Home.Of(Id).Statements), StringComparison.Ordinal);
        Assert.Equal(2, back.Statements.Length);
        // Twice the intensity is twice the operational emissions: 112 against 56 g/kWh.
        Assert.Equal(2 * entry.Account().Operational.Value, back.Account().Operational.Value, 1e-15);
        Assert.Equal(back.Account().Operational.Value, home.Ledger.Entries()[0].Operational!.Bounds.Best, 1e-15);
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void A_recount_that_says_the_same_adds_nothing()
    {
        using var home = new TemporaryHome();
        home.Complete(Id);
        var before = File.ReadAllText(home.Home.Of(Id).Statements);

        var recounted = Assert.Single(home.Ledger.Recount([Id], old => SampleRun.Account(old.Record, 56, home.Time.GetUtcNow().AddDays(1))));

        Assert.False(recounted.Added);
        Assert.Equal(before, File.ReadAllText(home.Home.Of(Id).Statements));
    }

    [Fact]
    public void What_another_tool_stated_is_not_recounted()
    {
        using var home = new TemporaryHome();
        var file = Path.Combine(AppContext.BaseDirectory, "Exchanging", "Samples", "emissions-3.csv");
        var added = home.Ledger.Import(CodeCarbonCsv.Import(file, home.Time.GetUtcNow())).Added;

        Assert.NotEmpty(added);
        Assert.Empty(home.Ledger.Recount(home.Ledger.Entries().Select(run => run.Id), old => SampleRun.Account(old.Record, 112, home.Time.GetUtcNow())));
        Assert.All(home.Ledger.Entries(), run => Assert.Single(home.Ledger.Load(run.Id).Statements));
    }

    [Fact]
    public void A_run_without_a_statement_can_be_stated_again()
    {
        using var home = new TemporaryHome();
        home.Complete(Id);
        File.Delete(home.Home.Of(Id).Statements);

        Assert.Throws<LedgerDamagedException>(() => home.Ledger.Load(Id));
        home.Ledger.Recount([Id], old => SampleRun.Account(old.Record));

        Assert.Single(home.Ledger.Load(Id).Statements);
        Assert.Empty(home.Ledger.Verify());
    }
}
