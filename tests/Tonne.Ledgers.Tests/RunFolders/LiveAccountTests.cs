using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Reporting.Watching;

namespace Tonne.Ledgers.Tests.RunFolders;

/// <summary>A live view has the figures that the run has when it is closed.</summary>
public class LiveAccountTests
{
    const string Id = "20261122-054210-4f2a9c";

    [Fact]
    public void The_last_look_is_the_account_of_the_closed_run()
    {
        using var home = new TemporaryHome();
        var folder = home.Kill(Id);
        var start = folder.ReadOpening()!.StartedAt.ToUniversalTime();
        var place = folder.ReadOpening()!.Place;
        var zone = ZoneCatalog.FindPlace(place.Zone!).ValueOrThrow.Zone;
        var history = new IntensitySeriesSet([new IntensitySeries(zone, new DateTimeOffset(start.Date, TimeSpan.Zero), [.. Enumerable.Range(0, 48).Select(hour => (CarbonIntensity?)CarbonIntensity.FromGramsPerKilowattHour(3 + hour))],
            new Source("TEST", "Test"))]);

        var (_, live, _) = new RunWatcher(folder, home.Time, history).Look();
        home.Reopened().CloseInterrupted(record => new Accountant().Account(record, FactorSelector.SelectFactors(record, history)).CreateStatement(home.Time.GetUtcNow()));
        var closed = home.Ledger.Load(Id).Account();

        // 3 g/kWh at midnight UTC and one more each hour; the annual mean of any zone is far from it.
        Assert.Equal(3 + start.Hour, live.Factors.Grid.Intensity.Bounds.Best, 1e-9);
        Assert.Equal(closed.Operational.Bounds, live.Operational.Bounds);
        Assert.Equal(closed.Stages.Select(stage => stage.Emissions.Value), live.Stages.Select(stage => stage.Emissions.Value));
    }
}
