using System.Globalization;
using System.Text.Json;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// Ireland and Northern Ireland by EirGrid and SONI: quarter hours in Dublin time, observed and forecast to the end of the day.
/// </summary>
sealed class EirGridFeed(FeedClient client) : HttpFeed(client, _description, "https://www.smartgriddashboard.com/api/chart/")
{
    const int MostDays = 10;
    const string Format = "dd-MMM-yyyy HH:mm:ss";

    static readonly IntensityFeedDescription _description = new("eirgrid", "EirGrid Smart Grid Dashboard",
        "open data licence of the dashboard", "EirGrid and SONI, Smart Grid Dashboard", "https://www.smartgriddashboard.com")
    {
        Zones = ["IE", "GB-NIR"],
        Basis = IntensityBasis.Direct,
        HasHistory = true,
        HasForecast = true,
        Step = TimeSpan.FromMinutes(15),
        IsNational = true,
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var clock = LocalTimeline.Find("Europe/Dublin")
            ?? throw FeedFailedException.Unreadable("this machine has no data of the time zone Europe/Dublin", "tzdata");
        var content = new FeedContent();
        var region = zone.Code == "IE" ? "ROI" : "NI";
        var (day, last) = (TimeZoneInfo.ConvertTime(from, clock).Date, TimeZoneInfo.ConvertTime(to.AddTicks(-1), clock).Date);
        for (var days = 0; day <= last; day = day.AddDays(1), days++)
        {
            if (days == MostDays)
            {
                content.Warn("answer-cut", $"one call reads {MostDays} days at most; the rest is a gap", "ask for a shorter span");
                break;
            }

            var date = day.ToString("dd-MMM-yyyy", CultureInfo.InvariantCulture);
            var reply = await GetAsync($"?region={region}&chartType=co2&dateRange=day"
                + $"&dateFrom={date}%2000:00&dateTo={date}%2023:59&areas=co2intensity,co2intensityforecast", cancellationToken)
                .ConfigureAwait(false);
            reply.RequireGood().ReadJson(root => Read(root, new LocalTimeline(clock), content));
        }

        return content;
    }

    static bool Read(JsonElement root, LocalTimeline timeline, FeedContent content)
    {
        if (root.Field("ErrorMessage").Text() is { Length: > 0 } error)
            throw new FeedFormatException($"the provider reports an error: {Formatting.TextSanitizer.ToOneLine(error)}");
        var fields = new Dictionary<string, (List<DateTime> Times, List<double?> Values)>(StringComparer.Ordinal);
        foreach (var row in root.Field("Rows").Items("Rows"))
        {
            if (!DateTime.TryParseExact(row.Field("EffectiveTime").Text(), Format, CultureInfo.InvariantCulture, DateTimeStyles.None,
                out var time))
                throw new FeedFormatException("the field \"EffectiveTime\" is missing or not a time");
            var name = row.Field("FieldName").Text() ?? "";
            if (!fields.TryGetValue(name, out var column))
                fields.Add(name, column = ([], []));
            column.Times.Add(time);
            column.Values.Add(row.Field("Value").Number());
        }

        var known = new Dictionary<DateTimeOffset, double?>();
        Each("CO2_INTENSITY", (time, value) =>
        {
            known[time] = value;
            content.Observed.Add((time, value, _description.Step));
        });
        Each("CO2_INTENSITY_FORECAST", (time, value) => (known.GetValueOrDefault(time) is null ? content.Forecast
            : content.PastForecast).Add((time, value, _description.Step)));
        return true;

        void Each(string name, Action<DateTimeOffset, double?> take)
        {
            if (!fields.TryGetValue(name, out var column))
                return;
            var times = timeline.Resolve(column.Times);
            for (var i = 0; i < times.Length; i++)
            {
                if (times[i] is { } time)
                    take(time, column.Values[i]);
                else if (column.Values[i] is not null)
                    content.Warn("skipped-local-time", "values at a local time that the clock skips were left out");
            }
        }
    }
}
