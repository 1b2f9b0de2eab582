using System.Globalization;
using System.Text.Json;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>What a cache keeps of one provider and zone.</summary>
sealed class CacheFile
{
    const string Schema = "tonne-intensity-cache/1";

    internal DateTimeOffset? CalledAt { get; set; }

    internal DateTimeOffset? NextCallAt { get; set; }

    /// <summary>Why the last call gave nothing; null if it gave something.</summary>
    internal FeedFailure? Failure { get; set; }

    internal string Method { get; set; } = "";

    internal List<Warning> Warnings { get; } = [];

    /// <summary>Basis, scope and kind that the values are on.</summary>
    internal string Footing { get; set; } = "";

    /// <summary>Observed values by the minute at which they start.</summary>
    internal SortedDictionary<long, (int Minutes, double Grams)> Observed { get; } = [];

    /// <summary>The newest forecast, and when it was issued.</summary>
    internal SortedDictionary<long, (int Minutes, double Grams)> Forecast { get; } = [];

    internal DateTimeOffset? Issued { get; set; }

    /// <summary>Hourly means of earlier forecasts, by the minute of their issue, then by the minute of their hour.</summary>
    internal SortedDictionary<long, SortedDictionary<long, double>> Past { get; } = [];

    /// <summary>Forecasts that were published beside observed values.</summary>
    internal SortedDictionary<long, (int Minutes, double Forecast, double Actual)> Pairs { get; } = [];

    internal PriceSeries? Prices { get; set; }

    internal static long Minute(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMinute;

    internal static DateTimeOffset Time(long minute) => new(minute * TimeSpan.TicksPerMinute, TimeSpan.Zero);

    internal byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            WriteTime(json, "called_at", CalledAt);
            WriteTime(json, "next_call_at", NextCallAt);
            json.WriteString("method", Method);
            json.WriteString("footing", Footing);
            if (Failure is { } failure)
            {
                json.WriteStartObject("failure");
                json.WriteString("code", failure.Code);
                json.WriteString("text", failure.Text);
                if (failure is FeedFailure.Unreadable unreadable)
                    json.WriteString("where", unreadable.Where);
                if (failure is FeedFailure.RateLimited { RetryAfter: { } wait })
                    json.WriteNumber("retry_after_s", wait.TotalSeconds);
                json.WriteEndObject();
            }

            json.WriteStartArray("warnings");
            foreach (var warning in Warnings)
            {
                json.WriteStartArray();
                json.WriteStringValue(warning.Code);
                json.WriteStringValue(warning.Text);
                json.WriteStringValue(warning.Remedy);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            WriteRows(json, "observed", Observed.Select(pair => (double[])[pair.Key, pair.Value.Minutes, pair.Value.Grams]));
            WriteTime(json, "issued", Issued);
            WriteRows(json, "forecast", Forecast.Select(pair => (double[])[pair.Key, pair.Value.Minutes, pair.Value.Grams]));
            WriteRows(json, "past", Past.SelectMany(issue => issue.Value.Select(pair => (double[])[issue.Key, pair.Key, pair.Value])));
            WriteRows(json, "pairs", Pairs.Select(pair => (double[])[pair.Key, pair.Value.Minutes, pair.Value.Forecast,
                pair.Value.Actual]));
            if (Prices is { } prices)
                WritePrices(json, prices);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads a file.</summary>
    /// <returns>Null if it is damaged.</returns>
    internal static CacheFile? Read(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.Field("schema").Text() != Schema)
                return null;
            var file = new CacheFile
            {
                CalledAt = root.Field("called_at").Time(),
                NextCallAt = root.Field("next_call_at").Time(),
                Method = root.Field("method").Text() ?? "",
                Footing = root.Field("footing").Text() ?? "",
                Issued = root.Field("issued").Time(),
            };
            if (root.Field("failure") is { } failure)
            {
                var wait = failure.Field("retry_after_s").Number();
                file.Failure = FeedFailure.Create(failure.Field("code").Text(), failure.Field("text").Text() ?? "",
                    failure.Field("where").Text(),
                    wait is >= 0 and < 1e8 ? TimeSpan.FromSeconds(wait.Value) : null);
            }

            foreach (var warning in root.Field("warnings").Items("warnings"))
            {
                string?[] parts = [.. warning.EnumerateArray().Select(part => ((JsonElement?)part).Text())];
                file.Warnings.Add(new Warning(parts[0] ?? "", parts[1] ?? "", parts[2]));
            }

            ReadRows(root, "observed", 3, row => file.Observed[Whole(row[0])] = (Length(row[1]), Grams(row[2])));
            ReadRows(root, "forecast", 3, row => file.Forecast[Whole(row[0])] = (Length(row[1]), Grams(row[2])));
            ReadRows(root, "pairs", 4, row => file.Pairs[Whole(row[0])] = (Length(row[1]), Grams(row[2]), Grams(row[3])));
            ReadRows(root, "past", 3, row =>
            {
                if (!file.Past.TryGetValue(Whole(row[0]), out var issue))
                    file.Past.Add(Whole(row[0]), issue = []);
                issue[Whole(row[1])] = Grams(row[2]);
            });
            file.Prices = ReadPrices(root.Field("prices"));
            return file;
        }
        catch (Exception error) when (error is JsonException or FeedFormatException or InvalidOperationException or FormatException
            or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(name, known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
    }

    static void WriteRows(Utf8JsonWriter json, string name, IEnumerable<double[]> rows)
    {
        json.WriteStartArray(name);
        foreach (var row in rows)
        {
            json.WriteStartArray();
            foreach (var value in row)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    static void ReadRows(JsonElement root, string name, int width, Action<double[]> take)
    {
        foreach (var item in root.Field(name).Items(name))
        {
            double[] row = [.. item.EnumerateArray().Select(part => part.GetDouble())];
            if (row.Length != width)
                throw new FeedFormatException($"a row of \"{name}\" has another width");
            take(row);
        }
    }

    static long Whole(double value) => value is >= 0 and < 5e9 ? (long)value : throw new FeedFormatException("a time is out of range");

    static int Length(double value) => value is >= 1 and <= 1440 ? (int)value : throw new FeedFormatException("a length is out of range");

    static double Grams(double value) => value is >= 0 and < 1e5 ? value : throw new FeedFormatException("an intensity is out of range");

    static void WritePrices(Utf8JsonWriter json, PriceSeries prices)
    {
        json.WriteStartObject("prices");
        WriteTime(json, "start", prices.Start);
        json.WriteNumber("minutes", prices.Step.TotalMinutes);
        json.WriteString("currency", prices.Currency);
        json.WriteString("market", prices.Market);
        json.WriteString("licence", prices.Licence);
        json.WriteStartArray("per_mwh");
        foreach (var price in prices.PricesPerMegawattHour)
        {
            if (price is { } known)
                json.WriteNumberValue(known);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    static PriceSeries? ReadPrices(JsonElement? element) => element is not { } prices || prices.Field("start").Time() is not { } start
        ? null
        : new PriceSeries(start, TimeSpan.FromMinutes(Length(prices.Field("minutes").Number() ?? 0)),
            [.. prices.Field("per_mwh").Items("per_mwh").Select(item => ((JsonElement?)item).Number())],
            prices.Field("currency").Text() ?? "", prices.Field("market").Text() ?? "", prices.Field("licence").Text());
}
