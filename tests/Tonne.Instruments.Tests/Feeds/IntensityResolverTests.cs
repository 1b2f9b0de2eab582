using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.Feeds.Replay;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.Feeds;

public sealed class IntensityResolverTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-grid-").FullName;
    readonly PlayedTime _time = new(FeedTests.Now);
    readonly HashSet<string> _broken = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    async Task<ResolvedIntensity> ResolveAsync(string zone, IntensityBasis? basis = null, bool keys = false, bool live = true,
        IntensityKind kind = IntensityKind.Average, string? provider = null)
    {
        var played = new PlayedFeeds(_time.GetUtcNow());
        using var handler = new PlayedHandler(path => _broken.Contains(path.Split('/')[1]) ? new PlayedReply(404, "{}")
            : played.Answer(path));
        var options = handler.Options(_time);
        using var feeds = new IntensityFeeds(options with { Setting = name => name.EndsWith(".key", StringComparison.Ordinal) && !keys
            ? null : options.Setting(name) });
        var resolver = new IntensityResolver(feeds.All, new IntensityCache(Path.Combine(_folder, "cache"), _time),
            new IntensityHistory(Path.Combine(_folder, "history"), _time), live, _time);
        var resolved = await resolver.ResolveAsync(FeedTests.Zone(zone), FeedTests.Now.AddHours(-6), FeedTests.Now.AddHours(6), basis, kind,
            provider, TestContext.Current.CancellationToken);
        if (!live)
            Assert.Equal(0, handler.Calls);
        return resolved;
    }

    [Theory]
    [InlineData("DE", null, IntensityRung.GeneralFeed, "energy-charts")]
    [InlineData("FR", null, IntensityRung.GeneralFeed, "energy-charts")]
    [InlineData("FR", IntensityBasis.Direct, IntensityRung.NationalFeed, "rte")]
    [InlineData("IE", null, IntensityRung.GeneralFeed, "energy-charts")]
    [InlineData("IE", IntensityBasis.Direct, IntensityRung.NationalFeed, "eirgrid")]
    [InlineData("GB", IntensityBasis.Direct, IntensityRung.NationalFeed, "neso")]
    [InlineData("DK-DK1", null, IntensityRung.NationalFeed, "energinet")]
    [InlineData("US-CAL-CISO", null, IntensityRung.NationalFeed, "caiso")]
    [InlineData("JP", null, IntensityRung.Annual, null)]
    public async Task The_first_origin_on_the_basis_answers(string zone, IntensityBasis? basis, IntensityRung rung, string? feed)
    {
        var resolved = await ResolveAsync(zone, basis);

        Assert.Equal(rung, resolved.Rung);
        Assert.Equal(feed, resolved.Feed?.Id);
        Assert.Equal(basis ?? (zone == "DK-DK1" ? IntensityBasis.Direct : IntensityBasis.Lifecycle), resolved.Basis);
        Assert.Equal(zone == "DK-DK1", resolved.Warnings.Any(warning => warning.Code == "basis-differs"));
        Assert.NotNull(resolved.Find(FeedTests.Now.AddHours(-5)));
    }

    [Fact]
    public async Task A_provider_with_a_key_comes_first_and_marginal_values_only_when_asked_for()
    {
        Assert.Equal("electricity-maps", (await ResolveAsync("DE", keys: true)).Feed?.Id);
        var marginal = await ResolveAsync("US-CAL-CISO", keys: true, kind: IntensityKind.Marginal);
        Assert.Equal("watttime", marginal.Feed?.Id);
        Assert.Equal(IntensityKind.Marginal, marginal.Forecast!.Kind);
        Assert.Null(marginal.Profile);
        Assert.Null(marginal.Annual);
    }

    [Fact]
    public async Task Where_the_feed_fails_the_profile_and_the_annual_mean_take_its_place_and_the_basis_stays()
    {
        _broken.UnionWith(["caiso", "energy-charts"]);

        var california = await ResolveAsync("US-CAL-CISO");
        var ireland = await ResolveAsync("IE");

        Assert.Equal(IntensityRung.Profile, california.Rung);
        Assert.Equal(IntensitySignal.Profile, california.Find(FeedTests.Now)!.Value.Signal);
        Assert.Contains(california.Tried, each => each.Feed == "caiso");
        // EirGrid is there, but its values are direct.
        Assert.Equal(IntensityRung.Annual, ireland.Rung);
        Assert.Equal(IntensityBasis.Lifecycle, ireland.Annual!.Basis);
    }

    [Fact]
    public async Task Offline_the_values_of_an_earlier_call_are_used_with_their_age_and_then_the_kept_history()
    {
        await ResolveAsync("US-CAL-CISO");
        _time.Advance(TimeSpan.FromMinutes(40));

        var cached = await ResolveAsync("US-CAL-CISO", live: false);
        Directory.Delete(Path.Combine(_folder, "cache"), recursive: true);
        var kept = await ResolveAsync("US-CAL-CISO", live: false);

        Assert.Equal(TimeSpan.FromMinutes(40), cached.Age);
        Assert.Contains("40 min ago", cached.Explanation, StringComparison.Ordinal);
        Assert.Equal(IntensityRung.History, kept.Rung);
        Assert.Contains(kept.Warnings, warning => warning.Code == "feeds-off");
        var time = FeedTests.Now.AddHours(-3);
        Assert.Equal(cached.Find(time), kept.Find(time));
        Assert.Equal(IntensitySignal.Observed, kept.Find(time)!.Value.Signal);
        Assert.Equal(IntensitySignal.Profile, kept.Find(FeedTests.Now.AddHours(3))!.Value.Signal);
    }
}
