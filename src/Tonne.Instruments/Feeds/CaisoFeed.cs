using System.Globalization;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>California ISO: generation by fuel every five minutes, in Pacific time without a date, one file for each day.</summary>
sealed class CaisoFeed(FeedClient client) : HttpFeed(client, _description, "https://www.caiso.com/outlook/")
{
    const int MostDays = 14;

    static readonly IntensityFeedDescription _description = new("caiso", "California ISO Today's Outlook", "public, terms of the site",
        "California ISO, Today's Outlook", "https://www.caiso.com/todays-outlook")
    {
        Zones = ["US-CAL-CISO"],
        HasHistory = true,
        Step = TimeSpan.FromMinutes(5),
        Method = "generation by fuel × lifecycle factors",
        IsNational = true,
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var clock = LocalTimeline.Find("America/Los_Angeles")
            ?? throw FeedFailedException.Unreadable("this machine has no data of the time zone America/Los_Angeles", "tzdata");
        var content = new FeedContent();
        var mix = new FuelMixTable();
        var now = Time.GetUtcNow();
        var today = TimeZoneInfo.ConvertTime(now, clock).Date;
        var (day, last) = (TimeZoneInfo.ConvertTime(from, clock).Date, TimeZoneInfo.ConvertTime((to < now ? to : now).AddTicks(-1),
            clock).Date);
        for (var days = 0; day <= last; day = day.AddDays(1), days++)
        {
            if (days == MostDays)
            {
                content.Warn("answer-cut", $"one call reads {MostDays} days at most; the rest is a gap", "ask for a shorter span");
                break;
            }

            var path = day == today ? "current/fuelsource.csv"
                : $"history/{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}/fuelsource.csv";
            var reply = await GetAsync(path, cancellationToken).ConfigureAwait(false);
            if (reply.Status == 404)
                content.Warn("day-missing",
                    $"there is no file of {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}; that day is a gap");
            else
                reply.RequireGood().ReadTable(table => Read(table, day, new LocalTimeline(clock), mix, content));
        }

        mix.WriteTo(content);
        return content;
    }

    static bool Read(FeedTable table, DateTime day, LocalTimeline timeline, FuelMixTable mix, FeedContent content)
    {
        var column = table.Require("Time");
        var (local, rows) = (new List<DateTime>(), new List<string[]>());
        foreach (var (line, fields) in table.Rows)
        {
            if (fields.Length <= column || !TimeOnly.TryParseExact(fields[column], ["HH:mm", "H:mm"], CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var time))
                throw new FeedFormatException(string.Create(CultureInfo.InvariantCulture, $"line {line}: \"Time\" is not a time of day"));
            // A last row of 00:00 is of the next day.
            var next = time == TimeOnly.MinValue && local.Count > 0 && local[^1].Hour >= 23;
            local.Add(day.Add(time.ToTimeSpan()).AddDays(next ? 1 : 0));
            rows.Add(fields);
        }

        var times = timeline.Resolve(local);
        for (var i = 0; i < times.Length; i++)
        {
            if (times[i] is not { } time)
            {
                content.Warn("skipped-local-time", "rows at a local time that the clock skips were left out");
                continue;
            }

            // A row that is not filled yet has no value at all.
            if (!Enumerable.Range(0, Math.Min(rows[i].Length, table.Header.Length)).Any(at => at != column && rows[i][at].Length > 0))
                continue;
            for (var at = 0; at < table.Header.Length; at++)
            {
                if (at != column)
                    mix.Add(time, table.Header[at], Fuel(table.Header[at]), at < rows[i].Length ? FeedJson.ParseNumber(rows[i][at]) : null);
            }
        }

        return true;
    }

    static string? Fuel(string name) => name.ToLowerInvariant() switch
    {
        "solar" => "solar",
        "wind" => "wind",
        "geothermal" => "geothermal",
        "biomass" or "biogas" => "biomass",
        "small hydro" or "large hydro" => "hydro",
        "coal" => "coal",
        "nuclear" => "nuclear",
        "natural gas" => "gas",
        "batteries" => "storage",
        "imports" => "imports",
        "other" => "other",
        _ => null,
    };
}
