using System.Globalization;
using System.Text.Json;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// Countries of Europe by Fraunhofer ISE: observed values and a day-ahead forecast, prices; where there is no intensity, generation by
/// fuel.
/// </summary>
sealed class EnergyChartsFeed(FeedClient client) : HttpFeed(client, _description, "https://api.energy-charts.info/")
{
    static readonly IntensityFeedDescription _description = new("energy-charts", "Energy-Charts", "CC BY 4.0",
        "Energy-Charts.info, Fraunhofer ISE", "https://api.energy-charts.info")
    {
        Zones =
        [
            "DE", "CH", "EU", "AL", "AM", "AT", "AZ", "BA", "BE", "BG", "BY", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GE", "GR", "HR",
                "HU", "IE", "IT", "LT", "LU", "LV", "MD",
            "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "RU", "SE", "SI", "SK", "TR", "UA", "GB", "XK",
        ],
        HasHistory = true,
        HasForecast = true,
        HasPrices = true,
        Step = TimeSpan.FromMinutes(15),
    };

    /// <summary>Countries that are one bidding zone; the others have several prices.</summary>
    static readonly string[] _oneMarket = ["AT", "BE", "BG", "CH", "CZ", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "LT", "LV", "NL", "PL",
        "PT", "RO", "RS", "SI", "SK"];

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var country = zone.Code == "GB" ? "uk" : zone.Code.ToLowerInvariant();
        var span = $"&start={Unix(from)}&end={Unix(to)}";
        var content = new FeedContent();
        var reply = await GetAsync($"co2eq?country={country}{span}", cancellationToken).ConfigureAwait(false);
        RefuseCountry(reply);
        if (reply.Status == 404 || !(reply.RequireGood().ReadJson(root => ReadIntensity(root, content))))
        {
            content = new FeedContent { Method = "generation by fuel × lifecycle factors" };
            content.Warn("intensity-computed",
                "the provider has no intensity of this zone; it was computed from generation by fuel, without imports");
            var mix = await GetAsync($"public_power?country={country}{span}", cancellationToken).ConfigureAwait(false);
            RefuseCountry(mix);
            mix.RequireGood().ReadJson(root => ReadPower(root, content));
        }

        await AddPricesAsync(zone, span, from, to, content, cancellationToken).ConfigureAwait(false);
        return content;
    }

    static string Unix(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    static void RefuseCountry(FeedReply reply)
    {
        if (reply.Status == 422 && reply.Text.Contains("country", StringComparison.Ordinal))
            throw new FeedFailedException(new FeedFailure.ZoneNotCovered($"does not know the country{reply.Quote()}"));
    }

    /// <summary>Reads observed values and forecast; false if the answer has neither column.</summary>
    static bool ReadIntensity(JsonElement root, FeedContent content)
    {
        var times = Times(root);
        var (observed, forecast) = (Column(root, "co2eq", times.Count), Column(root, "co2eq_forecast", times.Count));
        if (observed is null && forecast is null)
            return false;
        for (var i = 0; i < times.Count; i++)
        {
            var (known, expected) = (observed?[i], forecast?[i]);
            content.Observed.Add((times[i], known, null));
            // Both have the same times, so that the steps are derived alike; a value of the other list is a gap here.
            content.Forecast.Add((times[i], known is null ? expected : null, null));
            if (known is not null && expected is not null)
                content.PastForecast.Add((times[i], expected, null));
        }

        return true;
    }

    static bool ReadPower(JsonElement root, FeedContent content)
    {
        var times = Times(root);
        var table = new FuelMixTable();
        foreach (var type in root.Field("production_types").Items("production_types"))
        {
            var name = type.Field("name").Text() ?? throw new FeedFormatException("the field \"production_types[].name\" is missing");
            if (IsNoFuel(name))
                continue;
            var powers = Column(type, "data", times.Count)
                ?? throw new FeedFormatException("the field \"production_types[].data\" is missing");
            for (var i = 0; i < times.Count; i++)
                table.Add(times[i], name, Fuel(name), powers[i]);
        }

        table.WriteTo(content);
        return true;
    }

    static List<DateTimeOffset> Times(JsonElement root)
    {
        var times = new List<DateTimeOffset>();
        foreach (var item in root.Field("unix_seconds").Items("unix_seconds"))
            times.Add(item.UnixTime() ?? throw new FeedFormatException("the field \"unix_seconds\" has an element that is no time"));
        return times;
    }

    static List<double?>? Column(JsonElement root, string name, int count)
    {
        if (root.Field(name) is not { } list)
            return null;
        var values = new List<double?>(count);
        foreach (var item in ((JsonElement?)list).Items(name))
            values.Add(((JsonElement?)item).Number());
        return values.Count == count ? values
            : throw new FeedFormatException(string.Create(CultureInfo.InvariantCulture,
                $"the field \"{name}\" has {values.Count} elements and \"unix_seconds\" has {count}"));
    }

    static bool IsNoFuel(string name) => name.StartsWith("Load", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Residual load",
        StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Renewable share", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Cross border",
            StringComparison.OrdinalIgnoreCase);

    static string? Fuel(string name) => name.ToLowerInvariant() switch
    {
        "solar" or "solar dc" => "solar",
        "wind onshore" => "wind",
        "wind offshore" => "wind_offshore",
        "nuclear" => "nuclear",
        "biomass" => "biomass",
        "fossil brown coal / lignite" => "lignite",
        "fossil hard coal" => "coal",
        "fossil coal-derived gas" => "gas",
        "fossil gas" => "gas",
        "fossil oil" => "oil",
        "fossil oil shale" => "oil",
        "fossil peat" => "peat",
        "geothermal" => "geothermal",
        "hydro water reservoir" or "hydro" => "hydro",
        "hydro pumped storage" or "hydro pumped storage consumption" or "battery storage" or "battery storage consumption" => "storage",
        var plant when plant.StartsWith("hydro run", StringComparison.Ordinal) => "hydro",
        "waste" => "waste",
        "others" or "other" or "other renewables" or "marine" => "other",
        _ => null,
    };

    /// <summary>Adds prices; without them the answer is as good, so a failure is a warning.</summary>
    async Task AddPricesAsync(Zone zone, string span, DateTimeOffset from, DateTimeOffset to, FeedContent content,
        CancellationToken cancellationToken)
    {
        var market = zone.Code is "DE" or "LU" ? "DE-LU" : Array.IndexOf(_oneMarket, zone.Code) >= 0 ? zone.Code : null;
        if (market is null)
            return;
        try
        {
            var reply = await GetAsync($"price?bzn={market}{span}", cancellationToken).ConfigureAwait(false);
            if (reply.Status is 404 or 422)
                return;
            content.Prices = reply.RequireGood().ReadJson(root => ReadPrices(root, market, from, to));
        }
        catch (FeedFailedException error)
        {
            content.Warn("no-prices", $"the prices could not be read: {error.Failure.Text}");
        }
    }

    static PriceSeries? ReadPrices(JsonElement root, string market, DateTimeOffset from, DateTimeOffset to)
    {
        var unit = root.Field("unit").Text();
        if (unit is not null && !unit.Replace(" ", "", StringComparison.Ordinal).Equals("EUR/MWh", StringComparison.OrdinalIgnoreCase))
            throw new FeedFormatException("the unit of the prices is not EUR/MWh");
        var times = Times(root);
        var prices = Column(root, "price", times.Count);
        return prices is null ? null : PriceSteps.Build([.. times.Zip(prices)], from, to, "EUR", market, root.Field("license_info").Text());
    }
}
