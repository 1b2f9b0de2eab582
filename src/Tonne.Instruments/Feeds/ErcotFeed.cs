using System.Text.Json;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>ERCOT (Texas): generation by fuel of yesterday and today, about every five minutes, with the offset of each time.</summary>
sealed class ErcotFeed(FeedClient client) : HttpFeed(client, _description, "https://www.ercot.com/api/1/services/read/dashboards/")
{
    static readonly IntensityFeedDescription _description = new("ercot", "ERCOT fuel mix dashboard", "public, terms of the site",
        "ERCOT, fuel mix dashboard", "https://www.ercot.com/gridmktinfo/dashboards/fuelmix")
    {
        Zones = ["US-TEX-ERCO"],
        HasHistory = true,
        Step = TimeSpan.FromMinutes(5),
        Method = "generation by fuel × lifecycle factors",
        IsNational = true,
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        (await GetAsync("fuel-mix.json", cancellationToken).ConfigureAwait(false)).RequireGood().ReadJson(root => Read(root, content));
        return content;
    }

    static bool Read(JsonElement root, FeedContent content)
    {
        if (root.Field("data") is not { ValueKind: JsonValueKind.Object } data)
            throw new FeedFormatException("the field \"data\" is missing or not an object");
        var mix = new FuelMixTable();
        foreach (var day in data.EnumerateObject().Where(day => day.Value.ValueKind == JsonValueKind.Object))
        {
            foreach (var step in day.Value.EnumerateObject().Where(step => step.Value.ValueKind == JsonValueKind.Object))
            {
                var name = step.Name;
                // "2025-10-08 00:04:56-0500": the offset has no colon.
                if (name.Length < 5 || FeedJson.ParseTime($"{name[..^2]}:{name[^2..]}") is not { } time)
                    throw new FeedFormatException("a name within \"data\" is not a time");
                var rounded = new DateTimeOffset((time.UtcTicks + (_description.Step.Ticks / 2)) / _description.Step.Ticks * _description.Step.Ticks, TimeSpan.Zero);
                foreach (var fuel in step.Value.EnumerateObject())
                    mix.Add(rounded, fuel.Name, Fuel(fuel.Name), fuel.Value.Field("gen").Number());
            }
        }

        mix.WriteTo(content);
        return true;
    }

    static string? Fuel(string name) => name switch
    {
        "Coal and Lignite" => "coal",
        "Natural Gas" => "gas",
        "Nuclear" => "nuclear",
        "Hydro" => "hydro",
        "Wind" => "wind",
        "Solar" => "solar",
        "Power Storage" => "storage",
        "Other" => "other",
        _ => null,
    };
}
