using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Planning;
using Tonne.Quantities;
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
    const double QuantileDistance = 2 * 1.96;
    const double CorrelationOfHours = 0.95;
    const double WidestSpread = 3;

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
            if (FindSignal(resolver, cache, zone, now, until) is not var (series, error))
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

    /// <summary>
    /// A forecast that was kept, else the profile of month and hour, else the annual mean, with the error of what is forecast; null if
    /// nothing is known.
    /// </summary>
    static (IntensitySeries Series, ForecastError? Error)? FindSignal(
        IntensityResolver resolver, IntensityCache cache, Zone zone, DateTimeOffset now, DateTimeOffset until)
    {
        var start = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        // Without a call to a publisher this only reads files.
        var known = resolver.ResolveAsync(zone, start, until).GetAwaiter().GetResult();
        if (known.Forecast is { } forecast)
        {
            return (Join(zone, start, until, forecast, known),
                known.Feed is { } feed ? ForecastError.Learn(cache.ReadPairs(feed.Id, zone)) : ForecastError.Default);
        }

        if (known.Profile is { } profile)
            return (profile.Mean, LearnSpread(profile));
        if (known.Annual is not { } annual)
            return null;
        var mean = CarbonIntensity.FromGramsPerKilowattHour(annual.Intensity.Bounds.Best);
        return (new IntensitySeries(
            zone, start, [.. Enumerable.Repeat<CarbonIntensity?>(mean, (int)Math.Ceiling((until - start).TotalHours))],
            annual.Intensity.Source, annual.Basis, annual.Scope, signal: IntensitySignal.Annual), null);
    }

    /// <summary>The forecast, with observed hours before it, and the profile after it where both have one method.</summary>
    static IntensitySeries Join(Zone zone, DateTimeOffset from, DateTimeOffset to, IntensitySeries forecast, ResolvedIntensity known)
    {
        var step = forecast.Step;
        var start = new DateTimeOffset(from.UtcTicks - (from.UtcTicks % step.Ticks), TimeSpan.Zero);
        var usual = known.Profile?.Mean is { } mean && mean.Basis == forecast.Basis && mean.Scope == forecast.Scope ? mean : null;
        var values = Enumerable.Range(0, (int)Math.Ceiling((to - start) / step)).Select(i => start + (step * i))
            .Select(at => forecast.Find(at) ?? known.Observed?.Find(at) ?? (at >= forecast.End ? usual?.Find(at) : null));
        return new IntensitySeries(
            zone, start, [.. values], forecast.Source, forecast.Basis, forecast.Scope, step, forecast.Kind, IntensitySignal.Forecast,
            forecast.Issued);
    }

    /// <summary>How far hours are from their profile: from the quantiles of the days of the month.</summary>
    static ForecastError LearnSpread(IntensityProfile profile)
    {
        var spreads = profile.Low.Values.Zip(profile.High.Values)
            .Where(pair => pair is { First: { GramsPerKilowattHour: > 0 }, Second: not null })
            .Select(pair => Math.Log(pair.Second!.Value.GramsPerKilowattHour / pair.First!.Value.GramsPerKilowattHour) / QuantileDistance)
            .ToList();
        return spreads.Count == 0 ? ForecastError.Default
            : new ForecastError([Math.Clamp(spreads.Sum() / spreads.Count, 0, WidestSpread)], CorrelationOfHours,
                "spread of the days of a month around the profile");
    }

    /// <summary>A duration as an advice writes it: minutes or days.</summary>
    static TimeSpan ParseDuration(string text) => text.EndsWith("min", StringComparison.Ordinal)
        ? TimeSpan.FromMinutes(double.Parse(text[..^3], CultureInfo.InvariantCulture))
        : TimeSpan.FromDays(double.Parse(text[..^1], CultureInfo.InvariantCulture));
}
