using Microsoft.Extensions.DependencyInjection;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Hosting.Tests;

public sealed class TonneGridTests : IDisposable
{
    static readonly DateTimeOffset _now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("tonne-grid-");

    public void Dispose() => _home.Delete(recursive: true);

    static Zone France => ZoneCatalog.Find("FR").ValueOrThrow;

    /// <summary>Dirty, but for one hour.</summary>
    sealed class OwnFeed : IIntensityFeed
    {
        public int Calls { get; private set; }

        public IntensityFeedDescription Description { get; } = new("own", "Own feed", "CC0", "Own feed", "https://example.org") { HasForecast = true, Zones = ["FR"] };

        public bool Covers(Zone zone) => zone.Code == "FR";

        public Task<IntensityAnswer> ReadAsync(Zone zone, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
        {
            Calls++;
            var values = Enumerable.Range(0, 24).Select(hour => (CarbonIntensity?)CarbonIntensity.FromGramsPerKilowattHour(hour == 7 ? 10 : 200));
            return Task.FromResult(new IntensityAnswer { ReadAt = _now, Forecast = new IntensitySeries(zone, _now, [.. values], Description.Source, signal: IntensitySignal.Forecast, issued: _now) });
        }
    }

    sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => _now;
    }

    ServiceProvider Build(OwnFeed feed, bool mayCall)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new FixedTime());
        services.AddSingleton<IIntensityFeed>(feed);
        services.AddTonneGrid(options => (options.Home, options.MayCallPublishers) = (_home.FullName, mayCall));
        return services.BuildServiceProvider();
    }

    [Fact]
    public async Task A_feed_of_the_program_is_asked_and_a_job_is_planned_with_its_forecast()
    {
        var feed = new OwnFeed();
        await using var provider = Build(feed, mayCall: true);
        var known = await provider.GetRequiredService<IntensityResolver>().ResolveAsync(France, _now, _now.AddHours(24), cancellationToken: TestContext.Current.CancellationToken);

        var plan = Assert.IsType<Plan>(Planner.Plan(new PlanRequest
        {
            Profile = PowerProfile.Constant(TimeSpan.FromHours(1), Power.FromWatts(1000)),
            Now = _now,
            FinishBy = _now.AddHours(24),
            Places = [new PlanPlace { Intensity = known.Forecast! }],
        }));

        Assert.Equal("own", known.Feed!.Id);
        Assert.Equal(_now.AddHours(7), plan.Contiguous!.Start);
        Assert.Equal(10, plan.Contiguous.Total.Grams, 1e-9);
        _ = await provider.GetRequiredService<IntensityResolver>().ResolveAsync(France, _now, _now.AddHours(24), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1, feed.Calls);
    }

    [Fact]
    public async Task Nobody_is_called_unless_that_is_allowed()
    {
        var feed = new OwnFeed();
        await using var provider = Build(feed, mayCall: false);

        var known = await provider.GetRequiredService<IntensityResolver>().ResolveAsync(France, _now, _now.AddHours(24), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(0, feed.Calls);
        Assert.Equal(IntensityRung.Annual, known.Rung);
        Assert.NotNull(provider.GetRequiredService<IIntensityHistory>());
    }
}
