using System.Globalization;
using System.Text.Json;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// Electricity Maps, version 3 and later, with a key: lifecycle, imports traced. History and forecast depend on the plan of the key.
/// </summary>
sealed class ElectricityMapsFeed(FeedClient client) : HttpFeed(client, _description, "https://api.electricitymaps.com/v3/")
{
    static readonly TimeSpan _longest = TimeSpan.FromDays(10);

    static readonly IntensityFeedDescription _description = new("electricity-maps", "Electricity Maps",
        "terms of the plan of the key; free plan: non-commercial, one zone", "Electricity Maps", "https://portal.electricitymaps.com/docs")
    {
        Scope = IntensityScope.Consumption,
        HasHistory = true,
        HasForecast = true,
        KeySetting = "grid.electricity-maps.key",
    };

    /// <inheritdoc/>
    public override bool Covers(Zone zone) => zone.Code is not ("EU" or "WORLD") && !zone.Code.StartsWith("US-EGRID-",
        StringComparison.Ordinal) && !zone.Code.StartsWith("GB-NESO-", StringComparison.Ordinal);

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var now = Time.GetUtcNow();
        var name = Uri.EscapeDataString(zone.Code);
        FeedFailedException? refused = null;
        if (from < now)
            await ReadPastAsync(name, from, to < now ? to : now, now, content, cancellationToken).ConfigureAwait(false);
        if (to > now)
        {
            var hours = (to - now).TotalHours switch { <= 6 => 6, <= 24 => 24, <= 48 => 48, _ => 72 };
            try
            {
                var reply = await AskAsync(string.Create(CultureInfo.InvariantCulture,
                    $"carbon-intensity/forecast?zone={name}&horizonHours={hours}&emissionFactorType=lifecycle"), cancellationToken)
                    .ConfigureAwait(false);
                reply.ReadJson(root => ReadForecast(root, content));
            }
            catch (FeedFailedException error) when (content.Observed.Count > 0)
            {
                refused = error;
            }
        }

        if (refused is not null)
            content.Warn("no-forecast", $"the forecast could not be read: {refused.Failure.Text}");
        return content;
    }

    async Task ReadPastAsync(string zone, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, FeedContent content,
        CancellationToken cancellationToken)
    {
        if (from < now.AddHours(-24))
        {
            try
            {
                foreach (var (start, end) in Chunks(from, to, _longest))
                {
                    (await AskAsync($"carbon-intensity/past-range?zone={zone}&start={Iso(start)}&end={Iso(end)}&emissionFactorType=lifecycle", cancellationToken).ConfigureAwait(false))
                        .ReadJson(root => ReadPoints(root, content));
                }

                return;
            }
            catch (FeedFailedException error) when (error.Failure is FeedFailure.Unauthorized or FeedFailure.ZoneNotCovered
                && to > now.AddHours(-24))
            {
                content.Warn("history-cut", $"only the last 24 h could be read: {error.Failure.Text}");
            }
        }

        (await AskAsync($"carbon-intensity/history?zone={zone}&emissionFactorType=lifecycle",
            cancellationToken).ConfigureAwait(false)).ReadJson(root => ReadPoints(root, content));
    }

    async Task<FeedReply> AskAsync(string path, CancellationToken cancellationToken)
    {
        var reply = await GetAsync(path, cancellationToken, headers => headers.TryAddWithoutValidation("auth-token",
            Key)).ConfigureAwait(false);
        if (reply.Status is 401 or 403 && (reply.Text.Contains("zoneKey", StringComparison.OrdinalIgnoreCase) || reply.Text.Contains("zone",
            StringComparison.OrdinalIgnoreCase)))
            throw new FeedFailedException(new FeedFailure.ZoneNotCovered("the key does not include this zone"));
        return reply.RequireGood();
    }

    static bool ReadPoints(JsonElement root, FeedContent content)
    {
        CheckBasis(root);
        var list = root.Field("data") ?? root.Field("history");
        var (count, estimated) = (0, 0);
        foreach (var item in list.Items("history"))
        {
            CheckBasis(item);
            if (item.Field("datetime").Time() is not { } time)
                throw new FeedFormatException("the field \"datetime\" is missing or not a time");
            content.Observed.Add((time, item.Field("carbonIntensity").Number(), null));
            count++;
            if (item.Field("isEstimated") is { ValueKind: JsonValueKind.True })
                estimated++;
        }

        if (estimated > 0)
            content.Warn("estimated-values", string.Create(CultureInfo.InvariantCulture,
                $"{estimated} of {count} observed values are estimates of the provider"));
        return true;
    }

    static bool ReadForecast(JsonElement root, FeedContent content)
    {
        CheckBasis(root);
        content.Issued = root.Field("updatedAt").Time();
        foreach (var item in (root.Field("forecast") ?? root.Field("data")).Items("forecast"))
        {
            if (item.Field("datetime").Time() is not { } time)
                throw new FeedFormatException("the field \"datetime\" is missing or not a time");
            content.Forecast.Add((time, item.Field("carbonIntensity").Number(), null));
        }

        return true;
    }

    /// <summary>Refuses values on another basis than the one asked for.</summary>
    static void CheckBasis(JsonElement element)
    {
        if (element.Field("emissionFactorType").Text() is { } basis && !basis.Equals("lifecycle", StringComparison.OrdinalIgnoreCase))
            throw new FeedFormatException("the values are not lifecycle values although these were asked for");
    }
}
