using System.Globalization;
using System.Text.Json;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// Denmark's two price areas by Energinet, every five minutes: observed (CO2Emis) and forecast to the end of the next day (CO2EmisProg).
/// </summary>
sealed class EnerginetFeed(FeedClient client) : HttpFeed(client, _description, "https://api.energidataservice.dk/")
{
    const int MostPages = 20;

    static readonly IntensityFeedDescription _description = new("energinet", "Energi Data Service", "CC BY 4.0",
        "Energinet (www.energidataservice.dk)", "https://www.energidataservice.dk")
    {
        Zones = ["DK-DK1", "DK-DK2"],
        Basis = IntensityBasis.Direct,
        Scope = IntensityScope.Consumption,
        HasHistory = true,
        HasForecast = true,
        Step = TimeSpan.FromMinutes(5),
        IsNational = true,
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var now = Time.GetUtcNow();
        if (from < now)
            await ReadAllAsync("CO2Emis", zone, from, to < now ? to : now, content.Observed, content,
                cancellationToken).ConfigureAwait(false);
        if (to > now)
        {
            // The forecast starts where the observed values stop, some minutes before now.
            var last = content.Observed.Where(point => point.Grams is not null).Select(point =>
                point.Time + _description.Step).DefaultIfEmpty(from).Max();
            await ReadAllAsync("CO2EmisProg", zone, last > now ? now : last, to, content.Forecast, content,
                cancellationToken).ConfigureAwait(false);
            content.Forecast.RemoveAll(point => point.Time < last);
        }

        return content;
    }

    async Task ReadAllAsync(string set, Zone zone, DateTimeOffset from, DateTimeOffset to, List<(DateTimeOffset Time, double? Grams,
        TimeSpan? Length)> points, FeedContent content,
        CancellationToken cancellationToken)
    {
        var area = zone.Code[3..].ToUpperInvariant();
        // Start and end are Danish local time unless the request says UTC; limit=0 means all, and where it is not heeded the rest is asked
        // for.
        var question = $"dataset/{set}?start={Iso(from, "yyyy-MM-dd'T'HH:mm")}&end={Iso(to, "yyyy-MM-dd'T'HH:mm")}"
            + $"&timezone=UTC&columns=Minutes5UTC,PriceArea,CO2Emission"
            + $"&filter={Uri.EscapeDataString($$"""{"PriceArea":["{{area}}"]}""")}&sort=Minutes5UTC%20ASC&limit=0";
        var got = 0L;
        for (var page = 0; page < MostPages; page++)
        {
            var offset = got == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"&offset={got}");
            var (total, count) = (await GetAsync(question + offset, cancellationToken).ConfigureAwait(false)).RequireGood().ReadJson(root =>
                Read(root, area, points));
            got += count;
            if (count == 0 || got >= total)
            {
                if (got < total)
                    break;
                return;
            }
        }

        content.Warn("answer-cut", string.Create(CultureInfo.InvariantCulture, $"{set} gave {got} rows and has more; the rest is a gap"));
    }

    static (double Total, int Count) Read(JsonElement root, string area, List<(DateTimeOffset Time, double? Grams,
        TimeSpan? Length)> points)
    {
        var count = 0;
        foreach (var row in root.Field("records").Items("records"))
        {
            count++;
            if (row.Field("PriceArea").Text() is { } name && name != area)
                continue;
            if (row.Field("Minutes5UTC").Time() is not { } time)
                throw new FeedFormatException("the field \"Minutes5UTC\" is missing or not a time");
            points.Add((time, row.Field("CO2Emission").Number(), _description.Step));
        }

        return (root.Field("total").Number() ?? count, count);
    }
}
