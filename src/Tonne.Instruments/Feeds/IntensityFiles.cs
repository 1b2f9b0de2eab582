using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>Reads files of intensities: tonne's own columns, and the files that Electricity Maps offers for download.</summary>
/// <remarks>
/// Own columns: <c>zone,timestamp_utc,gco2e_per_kwh</c>, and if wanted <c>basis</c>, <c>scope</c>, <c>kind</c>. Electricity Maps:
/// <c>Datetime (UTC)</c>, <c>Zone id</c> and the
/// carbon intensity as <c>direct</c> and as <c>LCA</c> or <c>Life cycle</c>, both read, as consumption. A row holds from its time to that
/// of the next row of its zone, or for the
/// usual step where rows are missing (<see cref="IntensitySeriesBuilder"/>); an empty value is a gap. Rows finer than a minute are averaged by
/// the minute. Separators: comma, semicolon or tab;
/// a decimal comma only with the latter two. Order,
/// byte order mark and line ends do not matter. A row that cannot be read is left out and named with its line; a file without a single good
/// row is refused.
/// </remarks>
public static class IntensityFiles
{
    const int MostNamed = 20;

    static readonly string[] _timeFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mmK",
            "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; a name that ends in <c>.forecast.csv</c> is a forecast, any other is observed.</param>
    /// <param name="basis">Basis of rows that state none. Default: unstated.</param>
    /// <param name="scope">Scope of rows that state none. Default: unstated.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="IntensityFileException">It is no table of intensities, or no row can be read.</exception>
    public static ImportedIntensity Read(string path, IntensityBasis basis = IntensityBasis.Unstated,
        IntensityScope scope = IntensityScope.Unstated)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Parse(File.ReadAllText(path, Encoding.UTF8), Path.GetFileName(path), basis, scope);
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Name of the file, for messages and for <c>.forecast.csv</c>.</param>
    /// <param name="basis">Basis of rows that state none. Default: unstated.</param>
    /// <param name="scope">Scope of rows that state none. Default: unstated.</param>
    /// <exception cref="IntensityFileException">It is no table of intensities, or no row can be read.</exception>
    public static ImportedIntensity Parse(string text, string name, IntensityBasis basis = IntensityBasis.Unstated,
        IntensityScope scope = IntensityScope.Unstated)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        var delimiter = FindDelimiter(text);
        FeedTable table;
        try
        {
            table = FeedTable.Parse(text, delimiter);
        }
        catch (FeedFormatException error)
        {
            throw new IntensityFileException($"{name}: {error.Message}");
        }

        var columns = FindColumns(table, name, basis, scope);
        var rows = new RowReader(name, delimiter != ",");
        foreach (var (line, fields) in table.Rows)
            rows.Take(line, fields, columns);
        return rows.Finish(table.FirstLineLeftOut);
    }

    static string FindDelimiter(string text)
    {
        var end = text.AsSpan().TrimStart("\uFEFF\r\n ").IndexOfAny('\r', '\n');
        var header = end < 0 ? text.AsSpan() : text.AsSpan().TrimStart("\uFEFF\r\n ")[..end];
        return header.Contains(';') ? ";" : header.Contains('\t') ? "\t" : ",";
    }

    static List<Column> FindColumns(FeedTable table, string name, IntensityBasis basis, IntensityScope scope)
    {
        var signal = name.EndsWith(".forecast.csv", StringComparison.OrdinalIgnoreCase) ? IntensitySignal.Forecast
            : IntensitySignal.Observed;
        if (table.Find("timestamp_utc") is >= 0 and var time)
        {
            var (zone, grams) = (table.Find("zone"), table.Find("gco2e_per_kwh"));
            if (zone < 0 || grams < 0)
                throw new IntensityFileException($"{name}: the column \"{(zone < 0 ? "zone" : "gco2e_per_kwh")}\" is missing");
            var own = new Source($"FILE-{Path.GetFileNameWithoutExtension(name).ToUpperInvariant()}", $"the file {name}");
            return [new Column(zone, time, grams, table.Find("basis"), table.Find("scope"), table.Find("kind"), basis, scope, signal, own)];
        }

        if (table.Find("Datetime (UTC)") is >= 0 and var at)
        {
            var zone = table.Find("Zone id");
            var source = new Source("ELECTRICITY-MAPS-FILE", "Electricity Maps, downloaded by the user", null, "ODbL 1.0",
                "https://portal.electricitymaps.com/datasets");
            var found = new List<Column>();
            for (var i = 0; i < table.Header.Length; i++)
            {
                var header = table.Header[i].ToLowerInvariant();
                if (!header.StartsWith("carbon intensity", StringComparison.Ordinal))
                    continue;
                var kind = header.Contains("direct", StringComparison.Ordinal) ? IntensityBasis.Direct
                    : header.Contains("(lca)", StringComparison.Ordinal) || header.Contains("life cycle", StringComparison.Ordinal)
                        || header.Contains("lifecycle", StringComparison.Ordinal) ? IntensityBasis.Lifecycle
                    : IntensityBasis.Unstated;
                if (kind != IntensityBasis.Unstated)
                    found.Add(new Column(zone, at, i, -1, -1, -1, kind, IntensityScope.Consumption, signal, source));
            }

            if (zone >= 0 && found.Count > 0)
                return found;
        }

        throw new IntensityFileException($"{name} is no table of intensities: the header has neither zone, timestamp_utc and gco2e_per_kwh, "
            + "nor the columns of Electricity Maps (Datetime (UTC), Zone id, Carbon intensity …)");
    }

    sealed record Column(int Zone, int Time, int Grams, int BasisAt, int ScopeAt, int KindAt, IntensityBasis Basis, IntensityScope Scope,
        IntensitySignal Signal, Source Source);

    sealed class RowReader(string name, bool decimalComma)
    {
        readonly Dictionary<(string Zone, IntensityBasis Basis, IntensityScope Scope, IntensityKind Kind), (IntensitySeriesBuilder Builder,
            Dictionary<DateTimeOffset, (int Line, double? Grams)> Seen)> _series = [];
        readonly List<Warning> _problems = [];
        int _bad;
        int _rows;

        internal void Take(int line, string[] fields, List<Column> columns)
        {
            var good = false;
            foreach (var column in columns)
            {
                if (TakeColumn(line, fields, column) is { } problem)
                {
                    Skip(line, problem);
                    return;
                }

                good = true;
            }

            _rows += good ? 1 : 0;
        }

        internal ImportedIntensity Finish(int? firstLineLeftOut)
        {
            if (firstLineLeftOut is { } cut)
                _problems.Add(new Warning("rows-left-out", string.Create(CultureInfo.InvariantCulture,
                    $"{name}: line {cut} and those after it were left out, a file has at most {FeedTable.MostRows:N0} rows; split it")));
            if (_rows == 0)
                throw new IntensityFileException($"{name}: no row can be read{(_problems.Count > 0 ? $"; {_problems[0].Text}" : "")}");
            if (_bad > MostNamed)
                _problems.Add(new Warning("row-skipped", string.Create(CultureInfo.InvariantCulture,
                    $"{name}: {_bad - MostNamed} more rows were left out")));
            var series = ImmutableArray.CreateBuilder<IntensitySeries>();
            foreach (var (key, (builder, seen)) in _series)
            {
                AddRows(key.Zone, builder, seen);
                if (builder.Build() is { } built)
                    series.Add(built);
                _problems.AddRange(builder.Warnings.Where(warning => warning.Code != "repeated-times").Select(warning =>
                    warning with { Text = $"{name}, {key.Zone}: {warning.Text}" }));
            }

            return new ImportedIntensity(series.ToImmutable(), _rows, [.. _problems]);
        }

        string? TakeColumn(int line, string[] fields, Column column)
        {
            if (fields.Length <= Math.Max(column.Zone, Math.Max(column.Time, column.Grams)))
                return "the row is shorter than the header";
            if (!DateTimeOffset.TryParseExact(fields[column.Time], _timeFormats, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
                return $"\"{Shorten(fields[column.Time])}\" is not a time in ISO 8601, such as 2026-10-05T13:00Z";
            if (time.Year is < IntensitySeriesBuilder.FirstYear or > IntensitySeriesBuilder.LastYear)
                return $"the year {time.Year.ToString(CultureInfo.InvariantCulture)} is out of range";
            var code = fields[column.Zone];
            if (code.Length is < 2 or > 24 || !code.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
                return $"\"{Shorten(code)}\" is not the code of a zone";
            double? grams = null;
            if (fields[column.Grams].Length > 0 && fields[column.Grams].ToLowerInvariant() is not ("null" or "na" or "nan" or "n/a"))
            {
                grams = FeedJson.ParseNumber(decimalComma ? fields[column.Grams].Replace(',', '.') : fields[column.Grams]);
                if (grams is not (>= 0 and <= 5000))
                    return $"\"{Shorten(fields[column.Grams])}\" is not an intensity from 0 to 5000 g/kWh";
            }

            var basis = Word(fields, column.BasisAt, column.Basis);
            var scope = Word(fields, column.ScopeAt, column.Scope);
            var kind = Word(fields, column.KindAt, IntensityKind.Average);
            if (basis is not { } onBasis || scope is not { } ofScope || kind is not { } ofKind || onBasis == IntensityBasis.MixedBases)
                return "basis, scope or kind is not one of the known words";
            Add(line, time, grams, code, (code.ToUpperInvariant(), onBasis, ofScope, ofKind), column);
            return null;
        }

        void Add(int line, DateTimeOffset time, double? grams, string code, (string Zone, IntensityBasis Basis, IntensityScope Scope,
            IntensityKind Kind) key, Column column)
        {
            if (!_series.TryGetValue(key, out var series))
            {
                // The code of the file stands, also where the catalog would represent it by a country.
                var zone = IntensityFeeds.FindZone(code) is { } found && found.Code == key.Zone ? found : new Zone(key.Zone, key.Zone,
                    ZoneKind.Subregion);
                series = (new IntensitySeriesBuilder(zone, column.Source) { Basis = key.Basis, Scope = key.Scope, Kind = key.Kind,
                    Signal = column.Signal }, []);
                _series.Add(key, series);
            }

            if (series.Seen.TryGetValue(time, out var before) && before.Grams is { } known && grams is { } value && known != value)
                _problems.Add(new Warning("repeated-time", string.Create(CultureInfo.InvariantCulture,
                    $"{name}, lines {before.Line} and {line}: two values for one time ({known} and {value}); the later line counts")));
            if (grams is not null || !series.Seen.ContainsKey(time))
                series.Seen[time] = (line, grams);
        }

        /// <summary>Gives the rows to the builder; where there are several in a minute, their mean, each weighted by the time to the next or to the end of the minute.</summary>
        void AddRows(string zone, IntensitySeriesBuilder builder, Dictionary<DateTimeOffset, (int Line, double? Grams)> seen)
        {
            var minutes = seen.GroupBy(row => row.Key.UtcTicks / TimeSpan.TicksPerMinute).ToList();
            if (minutes.TrueForAll(minute => minute.Count() == 1))
            {
                foreach (var (time, row) in seen)
                    builder.Add(time, row.Grams);
                return;
            }

            foreach (var minute in minutes)
            {
                var end = (minute.Key + 1) * TimeSpan.TicksPerMinute;
                var (sum, known) = (0d, 0d);
                List<(long Ticks, double? Grams)> rows = [.. minute.Select(row => (row.Key.UtcTicks, row.Value.Grams)).OrderBy(row => row.UtcTicks)];
                for (var i = 0; i < rows.Count; i++)
                {
                    if (rows[i].Grams is not { } grams)
                        continue;
                    double weight = (i + 1 < rows.Count ? rows[i + 1].Ticks : end) - rows[i].Ticks;
                    sum += weight * grams;
                    known += weight;
                }

                builder.Add(new DateTimeOffset(minute.Key * TimeSpan.TicksPerMinute, TimeSpan.Zero), known > 0 ? sum / known : null);
            }

            _problems.Add(new Warning("rows-averaged", string.Create(CultureInfo.InvariantCulture,
                $"{name}, {zone}: {seen.Count:N0} rows are finer than a minute; they were averaged to {minutes.Count:N0} minutes")));
        }

        void Skip(int line, string problem)
        {
            if (++_bad <= MostNamed)
                _problems.Add(new Warning("row-skipped", string.Create(CultureInfo.InvariantCulture,
                    $"{name}, line {line}: {problem}; the row was left out")));
        }

        static T? Word<T>(string[] fields, int at, T none)
            where T : struct, Enum
        {
            if (at < 0 || at >= fields.Length || fields[at].Length == 0)
                return none;
            foreach (var value in Enum.GetValues<T>())
            {
                if (string.Equals(EnumWords.Format(value), fields[at], StringComparison.OrdinalIgnoreCase))
                    return value;
            }

            return null;
        }

        static string Shorten(string text) => Formatting.TextSanitizer.ToOneLine(text.Length > 40 ? $"{text[..40]}…" : text);
    }
}
