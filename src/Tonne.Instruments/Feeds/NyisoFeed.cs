using System.Globalization;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// New York ISO: generation by fuel every five minutes, one file for each day, named by the end of the interval with its time zone.
/// </summary>
sealed class NyisoFeed(FeedClient client) : HttpFeed(client, _description, "http://mis.nyiso.com/public/csv/rtfuelmix/")
{
    const int MostDays = 14;

    static readonly IntensityFeedDescription _description = new("nyiso", "New York ISO real-time fuel mix", "public, terms of the site",
        "New York ISO, real-time fuel mix", "https://www.nyiso.com")
    {
        Zones = ["US-NY-NYIS"],
        HasHistory = true,
        Step = TimeSpan.FromMinutes(5),
        Method = "generation by fuel × lifecycle factors",
        IsNational = true,
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var mix = new FuelMixTable();
        // The days of the files are those of New York, 4 or 5 h behind UTC.
        var now = Time.GetUtcNow();
        var (day, last) = (from.AddHours(-5).UtcDateTime.Date, (to < now ? to : now).AddHours(-4).UtcDateTime.Date);
        for (var days = 0; day <= last; day = day.AddDays(1), days++)
        {
            if (days == MostDays)
            {
                content.Warn("answer-cut", $"one call reads {MostDays} days at most; the rest is a gap", "ask for a shorter span");
                break;
            }

            var reply = await GetAsync($"{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}rtfuelmix.csv",
                cancellationToken).ConfigureAwait(false);
            if (reply.Status == 404)
                content.Warn("day-missing",
                    $"there is no file of {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}; that day is a gap");
            else
                reply.RequireGood().ReadTable(table => Read(table, mix));
        }

        mix.WriteTo(content);
        return content;
    }

    static bool Read(FeedTable table, FuelMixTable mix)
    {
        var (stamp, clock, fuel, power) = (table.Require("Time Stamp"), table.Require("Time Zone"), table.Require("Fuel Category"),
            Math.Max(table.Find("Gen MW"), table.Find("Gen MWh")));
        if (power < 0)
            throw new FeedFormatException("the column \"Gen MW\" is missing");
        foreach (var (line, fields) in table.Rows)
        {
            if (fields.Length <= Math.Max(Math.Max(stamp, clock), fuel) || !DateTime.TryParseExact(fields[stamp], "MM/dd/yyyy HH:mm:ss",
                CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
                throw new FeedFormatException(string.Create(CultureInfo.InvariantCulture, $"line {line}: \"Time Stamp\" is not a time"));
            var offset = fields[clock] switch
            {
                "EDT" => -4,
                "EST" => -5,
                _ => throw new FeedFormatException(string.Create(CultureInfo.InvariantCulture,
                    $"line {line}: \"Time Zone\" is neither EDT nor EST")),
            };
            mix.Add(new DateTimeOffset(local, TimeSpan.FromHours(offset)).ToUniversalTime() - _description.Step, fields[fuel],
                Fuel(fields[fuel]),
                power < fields.Length ? FeedJson.ParseNumber(fields[power]) : null);
        }

        return true;
    }

    static string? Fuel(string name) => name switch
    {
        "Dual Fuel" or "Natural Gas" => "gas",
        "Nuclear" => "nuclear",
        "Hydro" => "hydro",
        "Wind" => "wind",
        "Other Fossil Fuels" => "oil",
        "Other Renewables" => "other",
        "Energy Storage" => "storage",
        _ => null,
    };
}
