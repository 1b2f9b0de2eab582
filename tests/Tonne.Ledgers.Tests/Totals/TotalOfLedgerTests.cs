using Tonne.Ledgers.Indexing;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.Tests.Totals;

/// <summary>A total through the index equals that of the folders, before and after anything changes.</summary>
public class TotalOfLedgerTests
{
    static void AssertEqualsFolders(Ledger ledger)
    {
        var total = ledger.Total();
        var listed = LedgerTotal.Of(ledger.ListRuns());
        Assert.Equal((listed.Sum.Runs, listed.Sum.Emissions, listed.Sum.IdleEnergy), (total.Sum.Runs, total.Sum.Emissions, total.Sum.IdleEnergy));
        Assert.Equal(listed.WithoutFigures, total.WithoutFigures);
    }

    [Fact]
    public void New_recounted_deleted_and_open_runs_are_seen()
    {
        using var home = new TemporaryHome();
        home.Complete("20261122-070000-aaaaaa");
        home.Complete("20261122-070001-bbbbbb");
        AssertEqualsFolders(home.Ledger);
        var before = home.Ledger.Total().Sum.Emissions.Best;

        home.Reopened().Recount("20261122-070000-aaaaaa", entry => SampleRun.Account(entry.Record, 5600, home.Time.GetUtcNow().AddDays(1)));
        Assert.True(home.Ledger.Total().Sum.Emissions.Best > before * 2);
        AssertEqualsFolders(home.Reopened());

        home.Complete("20261122-070002-cccccc");
        Assert.Equal(3, home.Reopened().Total().Sum.Runs);
        Directory.Delete(home.Home.GetRunFolder("20261122-070001-bbbbbb").Location, recursive: true);
        Assert.Equal(2, home.Ledger.Total().Sum.Runs);

        home.Kill("20261122-070003-dddddd");
        Assert.Equal(["20261122-070003-dddddd"], home.Ledger.Total().WithoutFigures);
        Assert.Equal(3, home.Ledger.Total(account: SampleRun.Account).Sum.Runs);
        AssertEqualsFolders(home.Reopened());
    }

    // One flipped bit anywhere in the stored row: the run is read from its folder again, or the row still says the same.
    [Fact]
    public void A_changed_row_of_the_index_is_not_used()
    {
        using var home = new TemporaryHome();
        home.Complete("20261122-070000-aaaaaa");
        var counted = CountedRun.From(home.Ledger.ListRuns()[0]);
        var bytes = CountedRunCodec.Write(counted);
        var read = CountedRunCodec.Read(bytes, new CountedRunCodec.TextCache())!;
        Assert.Equal(CountedRunCodec.Write(counted), CountedRunCodec.Write(read));

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(CountedRunCodec.Read(changed, new CountedRunCodec.TextCache()));
        }

        Assert.Null(CountedRunCodec.Read([], new CountedRunCodec.TextCache()));
    }
}
