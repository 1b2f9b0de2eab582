using System.Globalization;
using System.Text;
using System.Web;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds.Replay;

/// <summary>
/// All providers of intensity, played after their documented shapes. Every one says the same: the intensity of an hour is that of the
/// profile of California
/// (EIA, public domain), so a reader of any of them must find <see cref="Grams"/>. Generation is gas and wind in the shares that give it
/// with the medians of IPCC AR5, 490 and 11 g/kWh.
/// </summary>
/// <param name="now">The time at which they are asked.</param>
sealed class PlayedFeeds(DateTimeOffset now)
{
    internal const string Key = "secret-key";
    const double PoundsPerMegawattHour = 0.45359237;

    static readonly Zone _california = ZoneCatalog.Find("US-CAL-CISO").ValueOrThrow;

    readonly Dictionary<long, double> _grams = [];

    /// <summary>Step of Energy-Charts: quarter hours as for Germany, hours as for Switzerland.</summary>
    internal TimeSpan EnergyChartsStep { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The intensity that all providers state for a time, in g/kWh.</summary>
    internal double Grams(DateTimeOffset time)
    {
        var hour = time.UtcTicks / TimeSpan.TicksPerHour;
        if (!_grams.TryGetValue(hour, out var grams))
        {
            var start = new DateTimeOffset(hour * TimeSpan.TicksPerHour, TimeSpan.Zero);
            _grams[hour] = grams = Math.Round(IntensityProfileCatalog.Find(_california, start,
                start.AddHours(1))!.Mean.Values[0]!.Value.GramsPerKilowattHour, 3);
        }

        return grams;
    }

    /// <summary>The answer to a request: the first part of the path is the provider.</summary>
    internal PlayedReply Answer(string pathAndQuery)
    {
        var uri = new Uri(new Uri("http://127.0.0.1"), pathAndQuery);
        var path = uri.AbsolutePath.TrimStart('/');
        var query = HttpUtility.ParseQueryString(uri.Query);
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var rest = path[(slash + 1)..];
        string Ask(string name) => query[name] ?? "";
        return path[..slash] switch
        {
            "neso" => Neso(rest.Split('/')),
            "energy-charts" => EnergyCharts(rest, Ask),
            "energinet" => Energinet(rest, Ask),
            "eirgrid" => EirGrid(Ask),
            "rte" => Pages(Ask, "date_heure", TimeSpan.FromMinutes(15), time =>
                $$"""{"date_heure":"{{Iso(time, "yyyy-MM-dd'T'HH:mm:sszzz")}}","taux_co2":{{(time < now.AddHours(-2) ? Text(Grams(time)) : "null")}} }"""),
            "elia" => Pages(Ask, "datetime", TimeSpan.FromHours(1), time =>
                $$"""{"datetime":"{{Iso(time, "yyyy-MM-dd'T'HH:mm:sszzz")}}","production":1.5,"consumption":{{Text(Grams(time))}} }"""),
            "caiso" => Caiso(rest),
            "nyiso" => Nyiso(rest),
            "ercot" => Ercot(),
            "electricity-maps" => ElectricityMaps(rest, Ask),
            "watttime" => WattTime(rest, Ask),
            "entsoe" => Entsoe(Ask),
            "eia" => Eia(Ask),
            _ => new PlayedReply(404, "{}"),
        };
    }

    internal static string Iso(DateTimeOffset time, string format = "yyyy-MM-dd'T'HH:mm'Z'") => time.ToUniversalTime().ToString(format,
        CultureInfo.InvariantCulture);

    internal static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    internal static IEnumerable<DateTimeOffset> Steps(DateTimeOffset from, DateTimeOffset to, TimeSpan step)
    {
        for (var at = new DateTimeOffset(from.UtcTicks / step.Ticks * step.Ticks, TimeSpan.Zero); at < to; at += step)
            yield return at;
    }

    /// <summary>The instants whose local date is a day.</summary>
    internal static IEnumerable<(DateTimeOffset Utc, DateTime Local)> LocalDay(DateTime day, TimeZoneInfo zone, TimeSpan step) =>
        Steps(new DateTimeOffset(day.AddDays(-1), TimeSpan.Zero), new DateTimeOffset(day.AddDays(2), TimeSpan.Zero), step)
            .Select(utc => (utc, TimeZoneInfo.ConvertTime(utc, zone).DateTime)).Where(pair => pair.DateTime.Date == day.Date);

    static DateTimeOffset Time(string text, string format = "yyyy-MM-dd'T'HH:mm'Z'") =>
        DateTimeOffset.ParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Power of gas and wind, of 10,000 MW in all: 490 x + 11 (1 - x) = intensity.</summary>
    (double Gas, double Wind) Mix(DateTimeOffset time)
    {
        var gas = (Grams(time) - 11) / (490 - 11);
        return (gas * 10000, (1 - gas) * 10000);
    }

    PlayedReply Neso(string[] parts)
    {
        var region = Array.IndexOf(parts, "regionid") is > 0 and var at ? parts[at + 1] : null;
        var first = parts[0] == "regional" ? 2 : 1;
        var from = Time(parts[first]);
        var to = parts[first + 1] == "fw48h" ? from.AddHours(48) : Time(parts[first + 1]);
        var items = Steps(from, to, TimeSpan.FromMinutes(30)).Select(time => region is not null
            ? $$"""{"from":"{{Iso(time)}}","to":"{{Iso(time.AddMinutes(30))}}","intensity":{"forecast":{{Text(Grams(time))}},"index":"moderate"},"generationmix":[{"fuel":"gas","perc":43.6}]}"""
            : $$"""{"from":"{{Iso(time)}}","to":"{{Iso(time.AddMinutes(30))}}","intensity":{"forecast":{{Text(Grams(time) + (time < now.AddMinutes(-30) ? 5 : 0))}},"actual":{{(time < now.AddMinutes(-30) ? Text(Grams(time)) : "null")}},"index":"moderate"} }""");
        var list = $"[{string.Join(',', items)}]";
        return new PlayedReply(200, region is null ? $$"""{"data":{{list}} }"""
            : $$"""{"data":{"regionid":{{region}},"dnoregion":"UKPN London","shortname":"London","data":{{list}} } }""");
    }

    PlayedReply EnergyCharts(string path, Func<string, string> ask)
    {
        var (from, to) = (DateTimeOffset.FromUnixTimeSeconds(long.Parse(ask("start"), CultureInfo.InvariantCulture)),
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(ask("end"), CultureInfo.InvariantCulture)));
        var times = Steps(from, to < now.AddHours(36) ? to : now.AddHours(36), EnergyChartsStep).ToList();
        var seconds = string.Join(',', times.Select(time => time.ToUnixTimeSeconds()));
        var last = now.AddHours(-2);
        return path switch
        {
            "co2eq" => new PlayedReply(200,
                $$"""{"unix_seconds":[{{seconds}}],"co2eq":[{{string.Join(',', times.Select(time => time < last ? Text(Grams(time)) : "null"))}}],"co2eq_forecast":[{{string.Join(',', times.Select(time => time < last ? "null" : Text(Grams(time))))}}],"deprecated":false}"""),
            "public_power" =>
                new PlayedReply(200,
                $$"""{"unix_seconds":[{{seconds}}],"production_types":[{"name":"Fossil gas","data":[{{string.Join(',', times.Select(time => time < last ? Text(Mix(time).Gas) : "null"))}}]},{"name":"Wind onshore","data":[{{string.Join(',', times.Select(time => time < last ? Text(Mix(time).Wind) : "null"))}}]},{"name":"Hydro pumped storage consumption","data":[{{string.Join(',', times.Select(_ => "-500"))}}]},{"name":"Load","data":[{{string.Join(',', times.Select(_ => "60000"))}}]}],"deprecated":false}"""),
            "price" => new PlayedReply(200,
                $$"""{"license_info":"CC BY 4.0","unix_seconds":[{{seconds}}],"price":[{{string.Join(',', times.Select(time => Text(time.Hour - 3)))}}],"unit":"EUR / MWh","deprecated":false}"""),
            _ => new PlayedReply(404, "{}"),
        };
    }

    PlayedReply Energinet(string path, Func<string, string> ask)
    {
        if (ask("timezone") != "UTC" || !ask("filter").Contains("PriceArea", StringComparison.Ordinal))
            return new PlayedReply(400, """{"error":"the request asks for local time"}""");
        var (from, to) = (Time(ask("start"), "yyyy-MM-dd'T'HH:mm"), Time(ask("end"), "yyyy-MM-dd'T'HH:mm"));
        var area = ask("filter").Contains("DK1", StringComparison.Ordinal) ? "DK1" : "DK2";
        var end = path.EndsWith("CO2EmisProg", StringComparison.Ordinal) ? now.AddHours(30) : now.AddMinutes(-10);
        var rows = Steps(from, to < end ? to : end, TimeSpan.FromMinutes(5)).Where(time => time >= from)
            .Select(time =>
                $$"""{"Minutes5UTC":"{{Iso(time, "yyyy-MM-dd'T'HH:mm:ss")}}","PriceArea":"{{area}}","CO2Emission":{{Text(Grams(time))}} }""").ToList();
        var limit = int.Parse(ask("limit"), CultureInfo.InvariantCulture);
        var shown = rows.Skip(ask("offset").Length == 0 ? 0 : int.Parse(ask("offset"), CultureInfo.InvariantCulture));
        if (limit > 0)
            shown = shown.Take(limit);
        return new PlayedReply(200,
            $$"""{"total":{{rows.Count}},"limit":{{limit}},"dataset":"x","records":[{{string.Join(',', shown)}}]}""");
    }

    PlayedReply EirGrid(Func<string, string> ask)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Dublin");
        var day = DateTime.ParseExact(ask("dateFrom"), "dd-MMM-yyyy HH:mm", CultureInfo.InvariantCulture);
        var region = ask("region");
        var rows = new List<string>();
        foreach (var (utc, local) in LocalDay(day, zone, TimeSpan.FromMinutes(15)))
        {
            var time = local.ToString("dd-MMM-yyyy HH:mm:ss", CultureInfo.InvariantCulture);
            rows.Add($$"""{"EffectiveTime":"{{time}}","FieldName":"CO2_INTENSITY","Region":"{{region}}","Value":{{(utc < now ? Text(Grams(utc)) : "null")}} }""");
            rows.Add($$"""{"EffectiveTime":"{{time}}","FieldName":"CO2_INTENSITY_FORECAST","Region":"{{region}}","Value":{{Text(Grams(utc))}} }""");
        }

        return new PlayedReply(200, $$"""{"ErrorMessage":null,"LastUpdated":"x","Rows":[{{string.Join(',', rows)}}],"Status":"Success"}""");
    }

    PlayedReply Pages(Func<string, string> ask, string field, TimeSpan step, Func<DateTimeOffset, string> row)
    {
        var parts = ask("where").Split('\'');
        if (parts.Length < 4 || ask("timezone") != "UTC" || ask("order_by") != field)
            return new PlayedReply(400, """{"error_code":"ODSQLError","message":"x"}""");
        var (from, to) = (Time(parts[1]), Time(parts[3]));
        var times = Steps(from, to < now ? to : now, step).Where(time => time >= from).ToList();
        var shown = times.Skip(int.Parse(ask("offset"), CultureInfo.InvariantCulture)).Take(Math.Min(100,
            int.Parse(ask("limit"), CultureInfo.InvariantCulture)));
        return new PlayedReply(200, $$"""{"total_count":{{times.Count}},"results":[{{string.Join(',', shown.Select(row))}}]}""");
    }

    PlayedReply Caiso(string path)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles");
        var day = path.StartsWith("history/", StringComparison.Ordinal) ? DateTime.ParseExact(path.Split('/')[1], "yyyyMMdd",
            CultureInfo.InvariantCulture) : TimeZoneInfo.ConvertTime(now, zone).Date;
        var text = new StringBuilder("\uFEFFTime,Solar,Wind,Geothermal,Biomass,Biogas,Small hydro,Coal,Nuclear,Natural Gas,Large Hydro,Batteries,Imports,Other\r\n");
        foreach (var (utc, local) in LocalDay(day, zone, TimeSpan.FromMinutes(5)))
        {
            var (gas, wind) = Mix(utc);
            text.Append(local.ToString("HH:mm", CultureInfo.InvariantCulture));
            text.Append(utc < now ? $",-20,{Text(wind)},0,0,0,0,0,0,{Text(gas)},0,-1500,3000,0\r\n" : ",,,,,,,,,,,,,\r\n");
        }

        return new PlayedReply(200, text.Append("\r\n\r\n").ToString(), "text/csv");
    }

    PlayedReply Nyiso(string path)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        var day = DateTime.ParseExact(path[..8], "yyyyMMdd", CultureInfo.InvariantCulture);
        var text = new StringBuilder("Time Stamp,Time Zone,Fuel Category,Gen MW\n");
        // The file of a day holds the intervals that end within it.
        foreach (var (end, local) in LocalDay(day, zone, TimeSpan.FromMinutes(5)).Where(pair => pair.Utc <= now))
        {
            var (gas, wind) = Mix(end.AddMinutes(-5));
            var stamp = $"{local.ToString("MM/dd/yyyy HH:mm:ss", CultureInfo.InvariantCulture)},{(zone.IsDaylightSavingTime(end) ? "EDT" : "EST")}";
            text.Append(CultureInfo.InvariantCulture,
                $"{stamp},Dual Fuel,{Text(gas / 2)}\n{stamp},Natural Gas,{Text(gas / 2)}\n{stamp},Wind,{Text(wind)}\n");
        }

        return new PlayedReply(200, text.ToString(), "text/csv");
    }

    PlayedReply Ercot()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Chicago");
        var days = new List<string>();
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        foreach (var day in (DateTime[])[today.AddDays(-1), today])
        {
            var steps = LocalDay(day, zone, TimeSpan.FromMinutes(5)).Where(pair => pair.Utc < now).Select(pair =>
            {
                var (gas, wind) = Mix(pair.Utc);
                var local = TimeZoneInfo.ConvertTime(pair.Utc.AddSeconds(-4), zone);
                return $$$"""
                    "{{{local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}}}{{{local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal)}}}":{"Coal and Lignite":{"gen":0},"Natural Gas":{"gen":{{{Text(gas)}}}},"Wind":{"gen":{{{Text(wind)}}}},"Power Storage":{"gen":-350.5}}
                    """;
            });
            days.Add($$"""
                "{{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}":{{{string.Join(',', steps)}}}
                """);
        }

        return new PlayedReply(200,
            $$"""{"lastUpdated":"x","monthlyCapacity":{},"types":["Natural Gas","Wind"],"data":{ {{string.Join(',', days)}} } }""");
    }

    PlayedReply ElectricityMaps(string path, Func<string, string> ask)
    {
        var zone = ask("zone");
        string Point(DateTimeOffset time) =>
            $$"""{"zone":"{{zone}}","carbonIntensity":{{Text(Grams(time))}},"datetime":"{{Iso(time, "yyyy-MM-dd'T'HH:mm:ss'.000Z'")}}","updatedAt":"x","emissionFactorType":"lifecycle","isEstimated":{{(time.Hour == 3 ? "true" : "false")}},"estimationMethod":null}""";
        return path switch
        {
            "carbon-intensity/history" =>
                new PlayedReply(200,
                $$"""{"zone":"{{zone}}","history":[{{string.Join(',', Steps(now.AddHours(-24), now, TimeSpan.FromHours(1)).Select(Point))}}],"temporalGranularity":"hourly"}"""),
            "carbon-intensity/past-range" =>
                new PlayedReply(200,
                $$"""{"zone":"{{zone}}","data":[{{string.Join(',', Steps(Time(ask("start")), Time(ask("end")), TimeSpan.FromHours(1)).Select(Point))}}]}"""),
            "carbon-intensity/forecast" =>
                new PlayedReply(200,
                $$"""{"zone":"{{zone}}","forecast":[{{string.Join(',', Steps(now, now.AddHours(int.Parse(ask("horizonHours"), CultureInfo.InvariantCulture)), TimeSpan.FromHours(1)).Select(time => $$"""{"carbonIntensity":{{Text(Grams(time))}},"datetime":"{{Iso(time, "yyyy-MM-dd'T'HH:mm:ss'.000Z'")}}"}"""))}}],"updatedAt":"{{Iso(now.AddMinutes(-7), "yyyy-MM-dd'T'HH:mm:ss'.685Z'")}}","temporalGranularity":"hourly"}"""),
            _ => new PlayedReply(404, """{"error":"x"}"""),
        };
    }

    PlayedReply WattTime(string path, Func<string, string> ask)
    {
        if (path == "login")
            return new PlayedReply(200, """{"token":"jwt.one.two"}""");
        var future = path == "v3/forecast";
        var (from, to) = future ? (now, now.AddHours(int.Parse(ask("horizon_hours"), CultureInfo.InvariantCulture)))
            : (Time(ask("start")), Time(ask("end")));
        var points = Steps(from, to, TimeSpan.FromMinutes(5)).Select(time =>
            $$"""{"point_time":"{{Iso(time, "yyyy-MM-dd'T'HH:mm:sszzz")}}","value":{{Text(Grams(time) / PoundsPerMegawattHour)}} }""");
        return new PlayedReply(200,
            $$"""{"data":[{{string.Join(',', points)}}],"meta":{"data_point_period_seconds":300,"region":"CAISO_NORTH","signal_type":"co2_moer","units":"lbs_co2_per_mwh","generated_at":"{{Iso(now, "yyyy-MM-dd'T'HH:mm:sszzz")}}","model":{"date":"2023-03-01"},"warnings":[]} }""");
    }

    PlayedReply Entsoe(Func<string, string> ask)
    {
        var (from, to) = (Time(ask("periodStart"), "yyyyMMddHHmm"), Time(ask("periodEnd"), "yyyyMMddHHmm"));
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?><GL_MarketDocument xmlns=\"urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0\">");
        // Gas in quarter hours as a curve of type A03, wind in hours.
        Series("B04", "A03", "PT15M", TimeSpan.FromMinutes(15), time => Mix(time).Gas);
        Series("B19", "A01", "PT60M", TimeSpan.FromHours(1), time => Mix(time).Wind);
        return new PlayedReply(200, xml.Append("</GL_MarketDocument>").ToString(), "text/xml");

        void Series(string type, string curve, string resolution, TimeSpan step, Func<DateTimeOffset, double> power)
        {
            xml.Append(CultureInfo.InvariantCulture,
                $"<TimeSeries><inBiddingZone_Domain.mRID>x</inBiddingZone_Domain.mRID><curveType>{curve}</curveType><MktPSRType><psrType>{type}</psrType></MktPSRType><Period><timeInterval><start>{Iso(from)}</start><end>{Iso(to)}</end></timeInterval><resolution>{resolution}</resolution>");
            var (position, before) = (0, double.NaN);
            foreach (var time in Steps(from, to, step))
            {
                position++;
                if (curve != "A03" || power(time) != before)
                    xml.Append(CultureInfo.InvariantCulture,
                        $"<Point><position>{position}</position><quantity>{Text(power(time))}</quantity></Point>");
                before = power(time);
            }

            xml.Append("</Period></TimeSeries>");
        }
    }

    PlayedReply Eia(Func<string, string> ask)
    {
        var rows = new List<string>();
        // The period is the end of the hour; hours that are not over are not there.
        foreach (var end in Steps(Time(ask("start"), "yyyy-MM-dd'T'HH"), Time(ask("end"), "yyyy-MM-dd'T'HH").AddHours(1),
            TimeSpan.FromHours(1)).Where(end => end <= now))
        {
            var (gas, wind) = Mix(end.AddHours(-1));
            rows.Add(Row("NG", Text(gas)));
            rows.Add(Row("WND", Text(wind)));
            rows.Add(Row("SUN", "-12"));

            string Row(string fuel, string value) =>
                $$"""{"period":"{{Iso(end, "yyyy-MM-dd'T'HH")}}","respondent":"CISO","fueltype":"{{fuel}}","value":"{{value}}","value-units":"megawatthours"}""";
        }

        var shown = rows.Skip(int.Parse(ask("offset"), CultureInfo.InvariantCulture)).Take(int.Parse(ask("length"),
            CultureInfo.InvariantCulture));
        return new PlayedReply(200,
            $$"""{"response":{"total":"{{rows.Count}}","frequency":"hourly","data":[{{string.Join(',', shown)}}]},"request":{},"apiVersion":"2.1.8"}""");
    }
}
