using System.Globalization;
using System.Text;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>Observed intensity of the past, for hourly accounting: a folder of files for each zone, method, source and month.</summary>
/// <remarks>
/// Files: <c>ZONE/BASIS-SCOPE-KIND/SOURCE/YYYY-MM.csv</c> with the columns <c>timestamp_utc,minutes,gco2e_per_kwh</c>. Merging a series
/// twice changes nothing. A new value replaces
/// those that it overlaps. Lines that cannot be read are left out. Thread safe, and safe among processes.
/// </remarks>
/// <param name="folder">The folder; created when something is kept.</param>
/// <param name="time">The clock, for waiting; null for the system's.</param>
public sealed class IntensityHistory(string folder, TimeProvider? time = null)
{
    const string Header = "timestamp_utc,minutes,gco2e_per_kwh";
    const string TimeFormat = "yyyy-MM-dd'T'HH:mm'Z'";

    static readonly TimeSpan _longestLock = TimeSpan.FromSeconds(30);

    readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Adds the known values of an observed series. Forecasts, profiles and gaps are not kept.</summary>
    /// <param name="series">The series.</param>
    /// <param name="cancellationToken">Stops the wait for another process.</param>
    /// <returns>The number of values that are new or changed.</returns>
    /// <exception cref="IOException">The folder cannot be written, or another process holds it for too long; nothing is changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written; nothing is changed.</exception>
    public async Task<int> MergeAsync(IntensitySeries series, CancellationToken cancellationToken = default) =>
        (await MergeAsync([series], cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Adds the known values of several series: all of them or, if one cannot be written, none.</summary>
    /// <remarks>Every month is written beside the old one before the first is replaced. A process that is killed while it replaces leaves some months new and
    /// others old; merging again completes them.</remarks>
    /// <param name="series">The series. Forecasts, profiles and gaps are not kept.</param>
    /// <param name="cancellationToken">Stops the wait for another process.</param>
    /// <returns>For each series, the number of values that are new or changed.</returns>
    /// <exception cref="IOException">The folder cannot be written, or another process holds it for too long; nothing is changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written; nothing is changed.</exception>
    public async Task<IReadOnlyList<int>> MergeAsync(IReadOnlyList<IntensitySeries> series, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        var changed = new int[series.Count];
        var months = new SortedDictionary<string, List<(int Series, int Minutes, List<(long At, double Grams)> Values)>>(StringComparer.Ordinal);
        foreach (var (number, one) in series.Index())
        {
            foreach (var (path, values) in SplitByMonth(one))
            {
                if (!months.TryGetValue(path, out var parts))
                    months[path] = parts = [];
                parts.Add((number, (int)one.Step.TotalMinutes, values));
            }
        }

        if (months.Count == 0)
            return changed;
        // One lock for all of it: a lock for each month would be thousands of open files.
        using var held = await FeedFolder.LockAsync(Path.Combine(folder, "merge"), _longestLock, _time, cancellationToken).ConfigureAwait(false)
            ?? throw new IOException($"another process has been writing to {folder} for {_longestLock.TotalSeconds:0} s");
        var files = new List<(string, byte[])>();
        foreach (var (path, parts) in months)
        {
            var kept = Load(path);
            var news = 0;
            foreach (var (number, minutes, values) in parts)
            {
                var added = values.Count(value => Put(kept, value.At, minutes, value.Grams));
                changed[number] += added;
                news += added;
            }

            if (news > 0)
                files.Add((path, Encoding.UTF8.GetBytes(Write(kept))));
        }

        FeedFolder.ReplaceAll(files);
        return changed;
    }

    /// <summary>A text that changes when the kept values of a zone and a time change; cheap: it reads the times of files and folders.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="from">Start of the time.</param>
    /// <param name="to">End of the time.</param>
    internal string GetStamp(Zone zone, DateTimeOffset from, DateTimeOffset to)
    {
        var text = new StringBuilder();
        var root = new DirectoryInfo(Path.Combine(folder, FeedFolder.SafeName(zone.Code)));
        if (!root.Exists)
            return "";
        var months = ListMonths(from, to).ToList();
        foreach (var source in root.EnumerateDirectories().SelectMany(method => method.EnumerateDirectories()))
        {
            foreach (var month in months)
            {
                if (new FileInfo(Path.Combine(source.FullName, month)) is { Exists: true } file)
                    text.Append(CultureInfo.InvariantCulture, $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Names of the files that may have values of a time; a value may begin in the month before.</summary>
    static IEnumerable<string> ListMonths(DateTimeOffset from, DateTimeOffset to)
    {
        var month = new DateTime(from.UtcDateTime.Year, from.UtcDateTime.Month, 1);
        if (from.UtcDateTime - month < TimeSpan.FromDays(1))
            month = month.AddMonths(-1);
        for (; month < to.UtcDateTime; month = month.AddMonths(1))
            yield return $"{month.ToString("yyyy-MM", CultureInfo.InvariantCulture)}.csv";
    }

    /// <summary>The known values of an observed series by the file that keeps them.</summary>
    IEnumerable<(string Path, List<(long At, double Grams)> Values)> SplitByMonth(IntensitySeries series)
    {
        if (series.Signal != IntensitySignal.Observed)
            return [];
        var minutes = (long)series.Step.TotalMinutes;
        return series.Values.Select((value, i) => (At: CacheFile.Minute(series.Start) + (minutes * i), Value: value)).Where(pair => pair.Value is not null)
            .GroupBy(pair => CacheFile.Time(pair.At).ToString("yyyy-MM", CultureInfo.InvariantCulture), StringComparer.Ordinal)
            .Select(month => (
                Path.Combine(FolderOf(series.Zone, series.Basis, series.Scope, series.Kind), FeedFolder.SafeName(series.Source.Id), $"{month.Key}.csv"),
                month.Select(pair => (pair.At, pair.Value.GetValueOrDefault().GramsPerKilowattHour)).ToList()));
    }

    /// <summary>The observed values of a span, from the source that knows most of it; of those that know as much, from the one written last.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="from">Start of the span.</param>
    /// <param name="to">End of the span, after the start.</param>
    /// <param name="basis">The basis; values on another are never used.</param>
    /// <param name="scope">The scope; null for any, which the series then names.</param>
    /// <param name="kind">Average or marginal.</param>
    /// <param name="source">Id of the source; null for any.</param>
    /// <returns>Null if nothing is known.</returns>
    public IntensitySeries? Read(
        Zone zone, DateTimeOffset from, DateTimeOffset to, IntensityBasis basis, IntensityScope? scope = null,
            IntensityKind kind = IntensityKind.Average, string? source = null)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        var (best, most, newest) = ((IntensitySeries?)null, 0d, DateTime.MinValue);
        foreach (var each in Enum.GetValues<IntensityScope>().Where(each => scope is null || each == scope))
        {
            var method = FolderOf(zone, basis, each, kind);
            if (!Directory.Exists(method))
                continue;
            foreach (var origin in Directory.GetDirectories(method).Order(StringComparer.Ordinal))
            {
                var id = Path.GetFileName(origin);
                if (source is not null && id != FeedFolder.SafeName(source))
                    continue;
                if (ReadSource(origin, id, zone, from, to, basis, each, kind) is not { } series)
                    continue;
                _ = series.Average(from, to, out var share);
                var written = Directory.EnumerateFiles(origin, "*.csv").Select(File.GetLastWriteTimeUtc).DefaultIfEmpty().Max();
                // Of those that know as much, the one that was imported last: it may correct the others.
                if (share > most + 1e-9 || (share > most - 1e-9 && written > newest && share > 0))
                    (best, most, newest) = (series, share, written);
            }
        }

        return best;
    }

    static IntensitySeries? ReadSource(
        string origin, string id, Zone zone, DateTimeOffset from, DateTimeOffset to, IntensityBasis basis, IntensityScope scope,
            IntensityKind kind)
    {
        var builder = new IntensitySeriesBuilder(zone, new Source(id, $"kept values of {id}")) { Basis = basis, Scope = scope, Kind = kind,
            From = from, To = to };
        foreach (var month in ListMonths(from, to))
        {
            foreach (var (at, (minutes, grams)) in Load(Path.Combine(origin, month)))
                builder.Add(CacheFile.Time(at), grams, TimeSpan.FromMinutes(minutes));
        }

        return builder.Build();
    }

    static SortedDictionary<long, (int Minutes, double Grams)> Load(string path)
    {
        var kept = new SortedDictionary<long, (int Minutes, double Grams)>();
        if (FeedFolder.TryRead(path) is not { } bytes)
            return kept;
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            var fields = line.Trim('\r').Split(',');
            if (fields.Length == 3 && DateTimeOffset.TryParseExact(fields[0], TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var at)
                && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 1 and <= 1440
                && FeedJson.ParseNumber(fields[2]) is >= 0 and < 1e5 and var grams)
                kept[CacheFile.Minute(at)] = (minutes, grams);
        }

        return kept;
    }

    static string Write(SortedDictionary<long, (int Minutes, double Grams)> kept)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var (at, (minutes, grams)) in kept)
            text.Append(CultureInfo.InvariantCulture,
                $"{CacheFile.Time(at).UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)},{minutes},{grams:R}\n");
        return text.ToString();
    }

    /// <summary>Sets a value in place of those that it overlaps; false if it was there already.</summary>
    static bool Put(SortedDictionary<long, (int Minutes, double Grams)> kept, long at, int minutes, double grams)
    {
        if (kept.TryGetValue(at, out var same) && same == (minutes, grams))
            return false;
        for (var minute = at + 1; minute < at + minutes; minute++)
            kept.Remove(minute);
        // A longer value that began earlier is cut at the new one, and goes on after it.
        for (var start = at - 1; start > at - 1440 && start >= 0; start--)
        {
            if (!kept.TryGetValue(start, out var longer))
                continue;
            if (start + longer.Minutes > at)
            {
                kept[start] = ((int)(at - start), longer.Grams);
                if (start + longer.Minutes > at + minutes)
                    kept.TryAdd(at + minutes, ((int)(start + longer.Minutes - at - minutes), longer.Grams));
            }

            break;
        }

        if (same.Minutes > minutes)
            kept.TryAdd(at + minutes, (same.Minutes - minutes, same.Grams));
        kept[at] = (minutes, grams);
        return true;
    }

    string FolderOf(Zone zone, IntensityBasis basis, IntensityScope scope, IntensityKind kind) =>
        Path.Combine(folder, FeedFolder.SafeName(zone.Code),
            $"{EnumWords.Format(basis)}-{EnumWords.Format(scope)}-{EnumWords.Format(kind)}");
}
