using System.Globalization;
using System.Text.Json;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// US Energy Information Administration, version 2, with a key: generation by fuel, by the hour. The publisher names an hour by its end.
/// </summary>
sealed class EiaFeed(FeedClient client) : HttpFeed(client, _description, "https://api.eia.gov/v2/")
{
    const int PageSize = 5000;
    const int MostPages = 20;

    static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    static readonly IntensityFeedDescription _description = new("eia", "EIA Hourly Electric Grid Monitor", "public domain",
        "US Energy Information Administration, Hourly Electric Grid Monitor", "https://www.eia.gov/opendata")
    {
        Zones = ["US", "US-CAL-CISO", "US-TEX-ERCO", "US-MIDA-PJM", "US-MIDW-MISO", "US-NY-NYIS", "US-NW-BPAT", "US-SE-SOCO", "US-SW-AZPS"],
        HasHistory = true,
        Method = "generation by fuel × lifecycle factors",
        KeySetting = "grid.eia.key",
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var mix = new FuelMixTable();
        var respondent = zone.Code == "US" ? "US48" : zone.Code[(zone.Code.LastIndexOf('-') + 1)..] switch { "PJM" => "PJM", "MISO" =>
            "MISO", var code => code };
        // The hour that starts at 00:00 is named 01:00.
        var question = $"electricity/rto/fuel-type-data/data/?api_key={Uri.EscapeDataString(Key ?? "")}"
            + $"&frequency=hourly&data[0]=value&facets[respondent][]={respondent}"
            + $"&start={Iso(from, "yyyy-MM-dd'T'HH")}&end={Iso(to + _hour, "yyyy-MM-dd'T'HH")}"
            + $"&sort[0][column]=period&sort[0][direction]=asc&length={PageSize.ToString(CultureInfo.InvariantCulture)}";
        var got = 0;
        for (var page = 0; ; page++)
        {
            var reply = await GetAsync(string.Create(CultureInfo.InvariantCulture, $"{question}&offset={got}"),
                cancellationToken).ConfigureAwait(false);
            var (total, count) = reply.RequireGood().ReadJson(root => Read(root, mix));
            got += count;
            if (got >= total || count == 0 || page == MostPages - 1)
            {
                if (got < total)
                    content.Warn("answer-cut", string.Create(CultureInfo.InvariantCulture,
                        $"{got} of {total} rows were read; the rest is a gap"), "ask for a shorter span");
                break;
            }
        }

        mix.WriteTo(content);
        return content;
    }

    static (double Total, int Count) Read(JsonElement root, FuelMixTable mix)
    {
        var response = root.Field("response");
        var count = 0;
        foreach (var row in response.Field("data").Items("response.data"))
        {
            count++;
            if (row.Field("period").Time() is not { } end)
                throw new FeedFormatException("the field \"period\" is missing or not a time");
            var name = row.Field("fueltype").Text() ?? throw new FeedFormatException("the field \"fueltype\" is missing");
            mix.Add(end - _hour, name, Fuel(name), row.Field("value").Number(), _hour);
        }

        return (response.Field("total").Number() ?? count, count);
    }

    static string? Fuel(string code) => code switch
    {
        "COL" => "coal",
        "NG" => "gas",
        "NUC" => "nuclear",
        "OIL" => "oil",
        "WAT" => "hydro",
        "SUN" or "SNB" => "solar",
        "WND" or "WNB" => "wind",
        "GEO" => "geothermal",
        "BAT" or "PS" or "UES" => "storage",
        "OTH" => "other",
        _ => null,
    };
}
