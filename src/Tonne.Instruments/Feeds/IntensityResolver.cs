using System.Collections.Immutable;
using System.Globalization;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// Finds the best intensity of a zone: a provider with a key, the zone's own operator, Energy-Charts, kept values, the profile, the annual
/// mean.
/// </summary>
/// <remarks>
/// Basis and kind are never mixed. Without a stated basis it is lifecycle; a feed on another basis is used only where no lifecycle feed
/// covers the zone, and a warning says so.
/// Thread safe.
/// </remarks>
/// <param name="feeds">The feeds, in the order in which those of one rung are tried; <see cref="IntensityFeeds.All"/>.</param>
/// <param name="cache">Keeps their answers.</param>
/// <param name="history">Observed values of the past; null for none. Values that feeds give are added to it.</param>
/// <param name="live">Whether providers may be called; if not, only kept values are used.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class IntensityResolver(IReadOnlyList<IIntensityFeed> feeds, IntensityCache cache, IntensityHistory? history, bool live,
    TimeProvider? time = null)
{
    readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The best that is known of a span.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="from">Start of the span.</param>
    /// <param name="to">End of the span, after the start.</param>
    /// <param name="basis">The basis; null for lifecycle where there is a lifecycle feed.</param>
    /// <param name="kind">Average or marginal. Default: average.</param>
    /// <param name="provider">Id of the only feed to use; null for any.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <exception cref="ArgumentOutOfRangeException">The span is empty.</exception>
    public async Task<ResolvedIntensity> ResolveAsync(Zone zone, DateTimeOffset from, DateTimeOffset to, IntensityBasis? basis = null,
        IntensityKind kind = IntensityKind.Average,
        string? provider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        var tried = ImmutableArray.CreateBuilder<(string Feed, FeedFailure Failure)>();
        var warnings = ImmutableArray.CreateBuilder<Warning>();
        foreach (var feed in Candidates(zone, basis, kind, provider))
        {
            var kept = await cache.ReadAsync(feed, zone, from, to, live, cancellationToken).ConfigureAwait(false);
            if (kept.Answer.Failure is { } failure)
            {
                tried.Add((feed.Description.Id, failure));
                continue;
            }

            await KeepAsync(kept, warnings, cancellationToken).ConfigureAwait(false);
            if (basis is null && feed.Description.Basis != IntensityBasis.Lifecycle && provider is null && kind == IntensityKind.Average)
                warnings.Add(new Warning("basis-differs",
                    $"no lifecycle feed covers {zone.Code}; the values of {feed.Description.Name} are {EnumWords.Format(feed.Description.Basis)} "
                    + "and must not be compared with lifecycle values"));
            return Describe(zone, from, to, feed, kept, warnings, tried);
        }

        return FromStore(zone, from, to, basis ?? IntensityBasis.Lifecycle, kind, warnings, tried);
    }

    static IntensityRung Rung(IntensityFeedDescription description) =>
        description.KeySetting is not null ? IntensityRung.KeyedFeed : description.IsNational ? IntensityRung.NationalFeed
            : IntensityRung.GeneralFeed;

    List<IIntensityFeed> Candidates(Zone zone, IntensityBasis? basis, IntensityKind kind, string? provider)
    {
        var covering = feeds.Where(feed => feed.Description.Kind == kind && feed.Covers(zone)
            && (provider is null || string.Equals(feed.Description.Id, provider, StringComparison.OrdinalIgnoreCase))).OrderBy(feed =>
                Rung(feed.Description)).ToList();
        if (basis is { } wanted)
            return covering.FindAll(feed => feed.Description.Basis == wanted);
        if (provider is not null || kind == IntensityKind.Marginal)
            return covering;
        var lifecycle = covering.FindAll(feed => feed.Description.Basis == IntensityBasis.Lifecycle);
        // A provider without a key covers a zone only in name.
        return lifecycle.Exists(feed => feed.Description.KeySetting is null) ? lifecycle
            : [.. lifecycle, .. covering.FindAll(feed => feed.Description.Basis == IntensityBasis.Direct)];
    }

    async Task KeepAsync(CachedAnswer kept, ImmutableArray<Warning>.Builder warnings, CancellationToken cancellationToken)
    {
        if (history is null || !kept.Called || kept.Answer.Observed is not { } observed)
            return;
        try
        {
            await history.MergeAsync(observed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warnings.Add(new Warning("history-not-kept",
                $"the observed values could not be kept: {TextSanitizer.ToOneLine(error.Message).TrimEnd('.')}"));
        }
    }

    ResolvedIntensity Describe(Zone zone, DateTimeOffset from, DateTimeOffset to, IIntensityFeed feed, CachedAnswer kept,
        ImmutableArray<Warning>.Builder warnings,
        ImmutableArray<(string Feed, FeedFailure Failure)>.Builder tried)
    {
        var (description, answer) = (feed.Description, kept.Answer);
        var age = kept.CalledAt is { } at ? _time.GetUtcNow() - at : (TimeSpan?)null;
        warnings.AddRange(answer.Warnings);
        var parts = new List<string>(3);
        if (answer.Observed is { } observed)
            parts.Add($"observed to {Clock(observed.End)}");
        if (answer.Forecast is { } forecast)
            parts.Add($"forecast to {Clock(forecast.End)}");
        var minutes = Math.Round(age?.TotalMinutes ?? 0);
        var ago = age is null ? "" : minutes < 1 ? ", read now" : string.Create(CultureInfo.InvariantCulture, $", read {minutes} min ago");
        var method = string.Join(", ", EnumWords.Format(description.Basis), EnumWords.Format(description.Scope), EnumWords.Format(description.Kind));
        var explanation = $"{description.Name} ({method}; {answer.Method}){ago}: {string.Join(", ", parts)}";
        var average = description.Kind == IntensityKind.Average;
        return new ResolvedIntensity(zone, Rung(description), explanation)
        {
            Feed = description,
            Observed = answer.Observed,
            Forecast = answer.Forecast,
            Profile = average && description.Basis == IntensityBasis.Lifecycle ? FindProfile(zone, from, to) : null,
            Annual = average ? FindAnnual(zone, description.Basis) : null,
            Prices = answer.Prices,
            Basis = description.Basis,
            Age = age,
            Warnings = warnings.ToImmutable(),
            Tried = tried.ToImmutable(),
        };
    }

    ResolvedIntensity FromStore(Zone zone, DateTimeOffset from, DateTimeOffset to, IntensityBasis basis, IntensityKind kind,
        ImmutableArray<Warning>.Builder warnings,
        ImmutableArray<(string Feed, FeedFailure Failure)>.Builder tried)
    {
        if (!live)
            warnings.Add(new Warning("feeds-off", "No publisher of grid intensity was asked.", "To ask them: tonne config set grid.live on"));
        var observed = history?.Read(zone, from, to, basis, null, kind);
        var profile = basis == IntensityBasis.Lifecycle && kind == IntensityKind.Average ? FindProfile(zone, from, to) : null;
        var annual = kind == IntensityKind.Average ? FindAnnual(zone, basis) : null;
        var (rung, explanation) = (observed, profile, annual) switch
        {
            ({ } series, _, _) =>
                (IntensityRung.History,
                $"{series.Source.Title} ({EnumWords.Format(series.Basis)}, {EnumWords.Format(series.Scope)}): observed to {Clock(series.End)}"),
            (_, { } usual, _) => (IntensityRung.Profile, usual.Explanation),
            (_, _, { } mean) => (IntensityRung.Annual, mean.Explanation),
            _ => (IntensityRung.None, $"nothing is known of {zone.Code} on this basis"),
        };
        return new ResolvedIntensity(zone, rung, explanation)
        {
            Observed = observed,
            Profile = profile,
            Annual = annual,
            Basis = basis,
            Warnings = warnings.ToImmutable(),
            Tried = tried.ToImmutable(),
        };
    }

    /// <summary>The annual mean of a zone; for a part of a country without one, that of the country, as its explanation says.</summary>
    static GridIntensity? FindAnnual(Zone zone, IntensityBasis basis)
    {
        if (AnnualIntensityCatalog.Find(zone, basis) is { } own)
            return own;
        var country = ZoneCatalog.Find(zone.Code).Value ?? (zone.Code.IndexOf('-') is > 0 and var dash
            ? ZoneCatalog.Find(zone.Code[..dash]).Value : null);
        return country is not null && country != zone && AnnualIntensityCatalog.Find(country, basis) is { } whole
            ? whole with { Explanation = $"{whole.Explanation}, which stands for {zone.Name}" } : null;
    }

    static IntensityProfile? FindProfile(Zone zone, DateTimeOffset from, DateTimeOffset to) => to - from > TimeSpan.FromDays(3600) ? null
        : IntensityProfileCatalog.Find(zone, from, to);

    static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
