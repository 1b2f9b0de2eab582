using System.Collections.Immutable;
using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Cli.Grids;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Cli.Planning;

/// <summary>The intensity of one zone that a plan is made with: one series without mixing methods, and how well it is known.</summary>
/// <param name="Series">The series.</param>
/// <param name="Signal">The coarsest signal in it.</param>
/// <param name="Origin">Where it comes from, in a sentence.</param>
/// <param name="Error">The error of its forecast; null if it is observed or an annual mean.</param>
/// <param name="Warnings">What makes it less certain.</param>
/// <param name="Price">Price of electricity; null if it is not known.</param>
sealed record PlanSignal(IntensitySeries Series, IntensitySignal Signal, string Origin, ForecastError? Error, ImmutableArray<Warning> Warnings, PriceSeries? Price = null)
{
    /// <summary>Reads the signal of a zone from files: its forecast where there is one for the span, else its observed values.</summary>
    /// <exception cref="InvalidInputException">No file has the zone.</exception>
    public static PlanSignal FromFiles(Zone zone, IReadOnlyList<IntensitySeries> series, IReadOnlyList<Warning> problems, IntensityKind kind, DateTimeOffset now, DateTimeOffset until)
    {
        var own = series.Where(one => one.Zone.Code == zone.Code && one.Kind == kind).ToList();
        var found = own.Where(one => one.Signal == IntensitySignal.Forecast && one.Start < until && one.End > now).MaxBy(one => one.Issued ?? one.Start)
            ?? own.Where(one => one.Signal == IntensitySignal.Observed).MaxBy(one => Overlap(one, now, until));
        if (found is null)
            throw new InvalidInputException($"the files of --series have no {EnumWords.Format(kind)} intensity of {zone.Code}; they have {string.Join(", ", series.Select(one => one.Zone.Code).Distinct(StringComparer.Ordinal))}.");
        var origin = string.Create(CultureInfo.InvariantCulture, $"{zone.Code}: {found.Source.Title}, {EnumWords.Format(found.Signal)}, steps of {found.Step.TotalMinutes:0} min, {found.Start.UtcDateTime:yyyy-MM-dd HH:mm} to {found.End.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        return new PlanSignal(found, found.Signal, origin, found.Signal == IntensitySignal.Forecast ? ForecastError.Default : null, [.. problems, .. own.Where(one => one != found && Overlap(one, now, until) > TimeSpan.Zero).Select(one => new Warning("series-unused",
            $"{zone.Code}: {one.Source.Title} ({EnumWords.Format(one.Basis)}, {EnumWords.Format(one.Scope)}, {EnumWords.Format(one.Signal)}) is not used; a plan has one series for each zone."))]);
    }

    /// <summary>Finds the signal of a zone: feeds where they may be called, what they have left in the cache, the profile of month and hour, the annual mean.</summary>
    /// <exception cref="InvalidInputException">Nothing is known of the zone.</exception>
    public static async Task<PlanSignal> FindAsync(
        Zone zone, GridAccess grid, IntensityKind kind, IntensityBasis? basis, string? provider, DateTimeOffset now, DateTimeOffset until,
            CancellationToken cancellationToken)
    {
        var start = FloorToHour(now);
        var resolved = await grid.Resolver.ResolveAsync(zone, start, until, basis, kind, provider, cancellationToken).ConfigureAwait(false);
        var warnings = resolved.Warnings.ToList();
        // Which publishers would cover the zone matters only where they are called.
        foreach (var (feed, failure) in resolved.Tried.Where(tried => grid.IsLive && tried.Failure is not FeedFailure.Unauthorized))
            warnings.Add(new Warning("feed-failed", $"{feed} ({zone.Code}): {failure.Text}."));
        if (provider is not null && resolved.Feed is null)
        {
            warnings.Add(new Warning("provider-without-values", $"{provider} gave nothing for {zone.Code}; what follows is from elsewhere.",
                grid.IsLive ? "Zones of each publisher: tonne grid providers --json" : "Let tonne ask it: tonne config set grid.live on"));
        }

        if (PlannableIntensity.From(resolved, grid.Cache, start, until) is var (series, error, filled))
        {
            switch (series.Signal)
            {
                case IntensitySignal.Forecast:
                    if (filled > TimeSpan.Zero)
                    {
                        warnings.Add(new Warning("forecast-short", string.Create(CultureInfo.InvariantCulture,
                            $"the forecast of {zone.Code} ends {resolved.Forecast!.End.UtcDateTime:ddd HH:mm} UTC; {filled.TotalHours:0.#} h after it are from the profile of month and hour")));
                    }

                    return new PlanSignal(
                        series, filled > TimeSpan.Zero ? IntensitySignal.Profile : IntensitySignal.Forecast,
                        $"{zone.Code}: {resolved.Explanation}; error of the forecast: {error!.Description}", error, [.. warnings], resolved.Prices);
                case IntensitySignal.Annual:
                    return new PlanSignal(
                        series, IntensitySignal.Annual,
                        $"{zone.Code}: {resolved.Annual!.Explanation}; every hour is the same, so that only the place makes a difference", null, [.. warnings]);
                default:
                    return new PlanSignal(series, IntensitySignal.Profile, $"{zone.Code}: {resolved.Profile!.Explanation}", error, [.. warnings]);
            }
        }

        var method = basis is { } wanted ? $" on the {EnumWords.Format(wanted)} basis" : "";
        throw new NoPlanException($"no {EnumWords.Format(kind)} intensity of {zone.Code}{method} is known. "
            + "Let tonne ask publishers (tonne config set grid.live on), or give a file: --series FILE.");
    }

    /// <summary>Warns of gaps: steps within a span that have no value, in which nothing is planned.</summary>
    /// <param name="now">Start of the span.</param>
    /// <param name="until">End of the span.</param>
    public PlanSignal WithGaps(DateTimeOffset now, DateTimeOffset until)
    {
        var gaps = new List<(DateTimeOffset From, DateTimeOffset To)>();
        var (step, at) = (Series.Step, new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Series.Step.Ticks), TimeSpan.Zero));
        for (; at < until; at += step)
        {
            if (Series.Find(at) is not null)
                continue;
            var (from, to) = (at > now ? at : now, at + step < until ? at + step : until);
            if (gaps is [.., var last] && last.To == from)
                gaps[^1] = (last.From, to);
            else
                gaps.Add((from, to));
        }

        if (gaps.Count == 0)
            return this;
        const int MostNamed = 3;
        var sum = gaps.Sum(gap => (gap.To - gap.From).TotalHours);
        var spans = string.Join(
            ", ", gaps.Take(MostNamed)
                .Select(gap => string.Create(CultureInfo.InvariantCulture,
                    $"{gap.From.UtcDateTime:MM-dd HH:mm} to {gap.To.UtcDateTime:MM-dd HH:mm}")));
        var more = gaps.Count > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {gaps.Count - MostNamed} more") : "";
        return this with
        {
            Warnings = Warnings.Add(new Warning("series-gaps", string.Create(CultureInfo.InvariantCulture,
                $"{Series.Zone.Code} has no intensity for {sum:0.##} of the {(until - now).TotalHours:0.##} h ({spans}{more} UTC); nothing is planned there."))),
        };
    }

    internal static DateTimeOffset FloorToHour(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);

    static TimeSpan Overlap(IntensitySeries one, DateTimeOffset from, DateTimeOffset to)
    {
        var (begin, end) = (one.Start > from ? one.Start : from, one.End < to ? one.End : to);
        return end > begin ? end - begin : TimeSpan.Zero;
    }
}
