using System.Globalization;
using System.Xml.Linq;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>ENTSO-E's transparency platform, with a token: generation by type (A75, A16), as XML.</summary>
sealed class EntsoeFeed(FeedClient client) : HttpFeed(client, _description, "https://web-api.tp.entsoe.eu/")
{
    static readonly TimeSpan _longest = TimeSpan.FromDays(31);

    static readonly IntensityFeedDescription _description = new("entsoe", "ENTSO-E Transparency Platform", "terms of the platform",
        "ENTSO-E Transparency Platform", "https://transparency.entsoe.eu")
    {
        Zones = [.. FeedZones.EntsoeDomains.Keys.Order(StringComparer.Ordinal)],
        HasHistory = true,
        Method = "generation by fuel × lifecycle factors",
        KeySetting = "grid.entsoe.key",
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var now = Time.GetUtcNow();
        if (from >= now)
            throw new FeedFailedException(new FeedFailure.NoValues("it has no forecast of generation by fuel"));
        var mix = new FuelMixTable();
        // Periods begin at whole hours.
        var start = new DateTimeOffset(from.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        foreach (var (first, last) in Chunks(start, to < now ? to : now, _longest))
        {
            var end = last.Minute == 0 && last.Second == 0 ? last : last.AddHours(1);
            var reply = await GetAsync($"api?securityToken={Uri.EscapeDataString(Key ?? "")}"
                + $"&documentType=A75&processType=A16&in_Domain={FeedZones.EntsoeDomains[zone.Code]}"
                + $"&periodStart={Iso(first, "yyyyMMddHH'00'")}&periodEnd={Iso(end, "yyyyMMddHH'00'")}",
                    cancellationToken).ConfigureAwait(false);
            // An acknowledgement comes with 200 or with 400.
            if (reply.Status != 400)
                reply.RequireGood();
            if (reply.Status == 400 && !reply.Text.Contains("Acknowledgement_MarketDocument", StringComparison.Ordinal))
                reply.RequireGood();
            reply.ReadXml(root => Read(root, mix));
        }

        mix.WriteTo(content);
        return content;
    }

    static bool Read(XElement root, FuelMixTable mix)
    {
        switch (root.Name.LocalName)
        {
            case "Acknowledgement_MarketDocument":
                var text = Formatting.TextSanitizer.ToOneLine(Child(Child(root, "Reason"), "text")?.Value);
                throw Child(Child(root, "Reason"), "code")?.Value.Trim() == "999" && !text.Contains("token",
                    StringComparison.OrdinalIgnoreCase)
                    ? new FeedFailedException(new FeedFailure.NoValues($"has no data{(text.Length == 0 ? "" : $" ({text[..Math.Min(text.Length, 160)]})")}"))
                    : new FeedFormatException($"the provider reports an error: {text[..Math.Min(text.Length, 160)]}");
            case "GL_MarketDocument":
                break;
            default:
                throw new FeedFormatException("the answer is neither generation nor an acknowledgement; it may be a web page of a bot wall");
        }

        foreach (var series in root.Elements().Where(element => element.Name.LocalName == "TimeSeries"))
        {
            // With an outgoing domain the series is consumption: pumps.
            if (Child(series, "outBiddingZone_Domain.mRID") is not null)
                continue;
            var type = Child(Child(series, "MktPSRType"), "psrType")?.Value.Trim()
                ?? throw new FeedFormatException("the element \"psrType\" is missing");
            var repeats = Child(series, "curveType")?.Value.Trim() == "A03";
            foreach (var period in series.Elements().Where(element => element.Name.LocalName == "Period"))
                ReadPeriod(period, type, repeats, mix);
        }

        return true;
    }

    static void ReadPeriod(XElement period, string type, bool repeats, FuelMixTable mix)
    {
        var interval = Child(period, "timeInterval");
        var (start, end) = (FeedJson.ParseTime(Child(interval, "start")?.Value), FeedJson.ParseTime(Child(interval, "end")?.Value));
        var step = Child(period, "resolution")?.Value.Trim() switch
        {
            "PT15M" => TimeSpan.FromMinutes(15),
            "PT30M" => TimeSpan.FromMinutes(30),
            "PT60M" or "PT1H" => TimeSpan.FromHours(1),
            _ => throw new FeedFormatException("the element \"resolution\" is missing or not PT15M, PT30M or PT60M"),
        };
        if (start is not { } first || end is not { } last || last <= first || last - first > TimeSpan.FromDays(400))
            throw new FeedFormatException("the element \"timeInterval\" is missing or not an interval");
        var count = (int)((last - first) / step);
        var values = new double?[count];
        var given = new bool[count];
        foreach (var point in period.Elements().Where(element => element.Name.LocalName == "Point"))
        {
            if (!int.TryParse(Child(point, "position")?.Value, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture, out var position) || position < 1 || position > count)
                throw new FeedFormatException("the element \"position\" is missing or outside its interval");
            (values[position - 1], given[position - 1]) = (FeedJson.ParseNumber(Child(point, "quantity")?.Value), true);
        }

        for (var i = 0; i < count; i++)
        {
            // In a curve of type A03 a position that equals the one before is left out.
            if (!given[i] && repeats && i > 0)
                values[i] = values[i - 1];
            mix.Add(first + (step * i), type, Fuel(type), values[i], step);
        }
    }

    static XElement? Child(XElement? element, string name) => element?.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    static string? Fuel(string type) => type switch
    {
        "B01" => "biomass",
        "B02" => "lignite",
        "B03" or "B04" => "gas",
        "B05" => "coal",
        "B06" or "B07" => "oil",
        "B08" => "peat",
        "B09" => "geothermal",
        "B10" or "B25" => "storage",
        "B11" or "B12" => "hydro",
        "B14" => "nuclear",
        "B16" => "solar",
        "B17" => "waste",
        "B18" => "wind_offshore",
        "B19" => "wind",
        "B13" or "B15" or "B20" => "other",
        _ => null,
    };
}
