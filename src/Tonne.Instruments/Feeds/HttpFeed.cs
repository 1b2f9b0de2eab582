using System.Globalization;
using System.Net.Http.Headers;
using Tonne.Formatting;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>A feed over HTTP: what all have in common.</summary>
abstract class HttpFeed(FeedClient client, IntensityFeedDescription description, string address) : IIntensityFeed
{
    /// <inheritdoc/>
    public IntensityFeedDescription Description => description;

    internal FeedClient Client => client;

    internal TimeProvider Time => client.Time;

    /// <summary>Its key; null if none is set.</summary>
    internal string? Key => description.KeySetting is { } setting && client.Options.Setting(setting) is { Length: > 0 } key ? key.Trim()
        : null;

    /// <inheritdoc/>
    public virtual bool Covers(Zone zone) => description.Zones.Contains(zone.Code, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async Task<IntensityAnswer> ReadAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        if (!Covers(zone))
            return IntensityAnswer.FromFailure(new FeedFailure.ZoneNotCovered($"{description.Name} does not cover {zone.Code}"));
        if (description.KeySetting is { } setting && Key is null)
            return IntensityAnswer.FromFailure(new FeedFailure.Unauthorized($"{description.Name} needs a key; set {setting}"));
        var at = Time.GetUtcNow();
        using var limit = new CancellationTokenSource(client.Options.TotalTimeout, Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var content = await FetchAsync(zone, from.ToUniversalTime(), to.ToUniversalTime(), both.Token).ConfigureAwait(false);
            return Finish(content, zone, from, to, at);
        }
        catch (FeedFailedException error)
        {
            return IntensityAnswer.FromFailure(error.Failure, at);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return IntensityAnswer.FromFailure(new FeedFailure.Unreachable($"did not give all answers within {DisplayValue.Format(client.Options.TotalTimeout.TotalSeconds, "s")}"), at);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A time at the end of the calendar, in the answer or in the question.
            return IntensityAnswer.FromFailure(new FeedFailure.Unreadable("a time is outside the calendar", address), at);
        }
    }

    /// <summary>Calls the provider and reads its answers.</summary>
    private protected abstract Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken);

    /// <summary>An address below the provider's own, or below the one that the settings give.</summary>
    private protected Uri Address(string path)
    {
        var given = client.Options.Setting($"grid.{description.Id}.url");
        var text = given is { Length: > 0 } ? given : address;
        if (!Uri.TryCreate(text.TrimEnd('/') + "/" + path, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new FeedFailedException(new FeedFailure.Unreachable($"the setting grid.{description.Id}.url is not an address that begins with https://"));
        return uri;
    }

    private protected Task<FeedReply> GetAsync(string path, CancellationToken cancellationToken,
        Action<HttpRequestHeaders>? prepare = null) =>
        client.GetAsync(Address(path), prepare, cancellationToken);

    /// <summary>A time as most providers want it.</summary>
    private protected static string Iso(DateTimeOffset time, string format = "yyyy-MM-dd'T'HH:mm'Z'") => time.UtcDateTime.ToString(format,
        CultureInfo.InvariantCulture);

    /// <summary>A span in parts that are not longer than a limit.</summary>
    private protected static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Chunks(DateTimeOffset from, DateTimeOffset to,
        TimeSpan longest)
    {
        for (var at = from; at < to; at += longest)
            yield return (at, to - at > longest ? at + longest : to);
    }

    IntensityAnswer Finish(FeedContent content, Zone zone, DateTimeOffset from, DateTimeOffset to, DateTimeOffset at)
    {
        var observed = Builder(zone, IntensitySignal.Observed, null, from, to);
        content.Observed.ForEach(point => observed.Add(point.Time, point.Grams, point.Length));
        var forecast = Builder(zone, IntensitySignal.Forecast, content.Issued ?? at, from, to);
        content.Forecast.ForEach(point => forecast.Add(point.Time, point.Grams, point.Length));
        var (known, expected) = (observed.Build(), forecast.Build());
        var answer = new IntensityAnswer
        {
            Observed = known,
            Forecast = expected,
            Prices = content.Prices,
            Pairs = content.Pair(known, description.Step),
            Warnings = [.. content.Warnings, .. observed.Warnings, .. forecast.Warnings],
            Method = content.Method ?? description.Method,
            ReadAt = at,
        };
        if (expected is not null && expected.End < to)
        {
            answer = answer with
            {
                Warnings = [.. answer.Warnings, new("forecast-ends-early",
                    $"the forecast ends at {expected.End.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, before the end of the span asked for")],
            };
        }

        return known is null && expected is null
            ? answer with { Failure = new FeedFailure.NoValues("the answer has no value for this zone and time") } : answer;
    }

    IntensitySeriesBuilder Builder(Zone zone, IntensitySignal signal, DateTimeOffset? issued, DateTimeOffset from, DateTimeOffset to) =>
        new(zone, description.Source)
    {
        Basis = description.Basis,
        Scope = description.Scope,
        Kind = description.Kind,
        Signal = signal,
        Issued = issued,
        UsualStep = description.Step,
        From = from,
        To = to,
    };
}
