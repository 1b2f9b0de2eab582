using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Planning;
using Tonne.Runs;

namespace Tonne.Server.Api;

/// <summary>
/// Makes the plans that an advice on a run asks for, as <c>tonne plan --like RUN</c> makes them, from what is kept beside the ledger. It
/// calls no publisher and writes nothing.
/// </summary>
/// <param name="options">Ledger, environment and clock.</param>
/// <param name="record">The run that is planned again.</param>
sealed class OfflinePlanner(ServerOptions options, RunRecord record)
{
    static readonly TimeSpan UsualSlack = TimeSpan.FromHours(24);
    static readonly TimeSpan Longest = TimeSpan.FromDays(370);

    const int UsualPauses = 2;

    /// <summary>The plan of a command, given word by word; null if nothing is known of its places, or it does not fit.</summary>
    /// <param name="words">
    /// <c>tonne plan --like RUN</c> with <c>--zone</c>, <c>--region</c>, <c>--zones</c>, <c>--max-pauses</c>, <c>--finish-by</c>, <c>--pue</c>.
    /// </param>
    public Plan? TryPlan(IReadOnlyList<string> words)
    {
        var given = words.Skip(2).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        try
        {
            return Plan(given);
        }
        catch (Exception error) when (error is UnknownNameException or ArgumentException)
        {
            return null;
        }
    }

    Plan? Plan(Dictionary<string, string> given)
    {
        var profile = RunPower.FromRecord(record);
        var clock = options.Time.GetUtcNow();
        var now = new DateTimeOffset(clock.UtcTicks - (clock.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        var finishBy = now + (given.TryGetValue("--finish-by", out var by) ? ParseDuration(by) : profile.Duration + UsualSlack);
        if (finishBy - now > Longest)
            return null;
        var until = finishBy > now + profile.Duration ? finishBy : now + profile.Duration;
        var pue = given.TryGetValue("--pue", out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : ReadPue();
        using var feeds = new IntensityFeeds(
            new FeedOptions { Time = options.Time, Setting = FeedOptions.SettingsFromEnvironment(options.GetVariable) });
        var cache = new IntensityCache(Path.Combine(KnownIntensities.GetFolder(options.Home.Root), "feeds"), options.Time);
        var resolver = new IntensityResolver(feeds.All, cache, KnownIntensities.OpenHistory(options.Home.Root), live: false, options.Time);
        var places = new List<PlanPlace>();
        ForecastError? widest = null;
        foreach (var name in (given.GetValueOrDefault("--zones") ?? given.GetValueOrDefault("--region") ?? given["--zone"]).Split(','))
        {
            var (zone, place) = FindPlace(name, pue);
            // Without a call to a publisher this only reads files.
            var start = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
            var known = resolver.ResolveAsync(zone, start, until).GetAwaiter().GetResult();
            if (PlannableIntensity.From(known, cache, start, until) is not var (series, error, _))
                return null;
            widest = new[] { widest, error }.OfType<ForecastError>().MaxBy(one => one.SigmaByDay[0]);
            places.Add(new PlanPlace { Intensity = series, Pue = FactorSelector.SelectFactors(place).Pue.Bounds.Best });
        }

        return Planner.Plan(new PlanRequest
        {
            Profile = profile,
            Now = now,
            FinishBy = finishBy,
            Places = [.. places],
            MaxPauses = given.TryGetValue("--max-pauses", out var most) ? int.Parse(most, CultureInfo.InvariantCulture) : UsualPauses,
            ForecastError = widest,
        }) as Plan;
    }

    /// <summary>The PUE of the settings of <c>tonne</c>, which <c>tonne serve</c> passes on; null if none is set.</summary>
    double? ReadPue() =>
        double.TryParse(options.GetVariable("TONNE_PUE"), NumberStyles.Float, CultureInfo.InvariantCulture, out var pue) ? pue : null;

    static (Zone Zone, Place Place) FindPlace(string name, double? pue)
    {
        if (name.Contains(':', StringComparison.Ordinal))
        {
            var region = RegionCatalog.Find(name).ValueOrThrow;
            return (region.Zones is [var smallest, ..] ? smallest : region.Country, new Place(Region: region.Id, Pue: pue));
        }

        var found = ZoneCatalog.FindPlace(name);
        return (found.IsFound ? found.Value.Zone : IntensityFeeds.FindZone(name) ?? found.ValueOrThrow.Zone, new Place(Pue: pue));
    }

    /// <summary>A duration as an advice writes it: minutes or days.</summary>
    static TimeSpan ParseDuration(string text) => text.EndsWith("min", StringComparison.Ordinal)
        ? TimeSpan.FromMinutes(double.Parse(text[..^3], CultureInfo.InvariantCulture))
        : TimeSpan.FromDays(double.Parse(text[..^1], CultureInfo.InvariantCulture));
}
