using System.Globalization;
using System.Text.Json;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// Great Britain by the National Energy System Operator: observed half hours and a forecast of 48 h; 17 regions with forecasts only.
/// </summary>
sealed class NesoFeed(FeedClient client) : HttpFeed(client, _description, "https://api.carbonintensity.org.uk/")
{
    static readonly IntensityFeedDescription _description = new("neso", "NESO Carbon Intensity API", "CC BY 4.0",
        "National Energy System Operator, Carbon Intensity API", "https://carbonintensity.org.uk")
    {
        Zones = ["GB", .. Enumerable.Range(1, FeedZones.BritishRegions.Length).Select(region => string.Create(CultureInfo.InvariantCulture,
            $"GB-NESO-{region}"))],
        Basis = IntensityBasis.Direct,
        Scope = IntensityScope.Consumption,
        HasHistory = true,
        HasForecast = true,
        Step = TimeSpan.FromMinutes(30),
        IsNational = true,
    };

    // The range of one request is 14 days at most.
    static readonly TimeSpan _longest = TimeSpan.FromDays(13);

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var region = zone.Code.Length > 8 ? $"/regionid/{zone.Code[8..]}" : "";
        var prefix = region.Length > 0 ? "regional/intensity/" : "intensity/";
        var now = Time.GetUtcNow();
        var half = new DateTimeOffset(now.UtcTicks / (30 * TimeSpan.TicksPerMinute) * (30 * TimeSpan.TicksPerMinute), TimeSpan.Zero);
        if (from < half)
        {
            foreach (var (start, end) in Chunks(from, to < half ? to : half, _longest))
                (await GetAsync($"{prefix}{Iso(start)}/{Iso(end)}{region}",
                    cancellationToken).ConfigureAwait(false)).RequireGood().ReadJson(root => Read(root, content));
        }

        if (to > half)
            (await GetAsync($"{prefix}{Iso(from > half ? from : half)}/fw48h{region}",
                cancellationToken).ConfigureAwait(false)).RequireGood().ReadJson(root => Read(root, content));
        if (region.Length > 0)
            content.Warn("forecast-only", "the regions of Great Britain have forecasts only, also of the past");
        return content;
    }

    static bool Read(JsonElement root, FeedContent content)
    {
        if (root.Field("error") is { } error)
            throw new FeedFormatException($"the provider reports an error: {error.Field("message").Text() ?? "without a text"}");
        var data = root.Field("data");
        // By region, "data" is an object with a list of the same name, or a list of one such object.
        if (data is { ValueKind: JsonValueKind.Object })
        {
            ReadList(data.Field("data"), content);
            return true;
        }

        foreach (var item in data.Items("data"))
        {
            if (item.Field("data") is { ValueKind: JsonValueKind.Array } inner)
                ReadList(inner, content);
            else
                ReadItem(item, content);
        }

        return true;
    }

    static void ReadList(JsonElement? list, FeedContent content)
    {
        foreach (var item in list.Items("data"))
            ReadItem(item, content);
    }

    static void ReadItem(JsonElement item, FeedContent content)
    {
        if (item.Field("from").Time() is not { } from)
            throw new FeedFormatException("the field \"from\" is missing or not a time");
        var length = item.Field("to").Time() is { } to && to > from && to - from <= TimeSpan.FromHours(1) ? to - from
            : TimeSpan.FromMinutes(30);
        var intensity = item.Field("intensity");
        var (actual, forecast) = (intensity.Field("actual").Number(), intensity.Field("forecast").Number());
        content.Observed.Add((from, actual, length));
        (actual is null ? content.Forecast : content.PastForecast).Add((from, forecast, length));
    }
}
