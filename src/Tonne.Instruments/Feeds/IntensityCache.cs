using System.Collections.Immutable;
using System.Globalization;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>Keeps the answers of feeds, one file for each provider and zone, for all processes of the machine.</summary>
/// <remarks>
/// A provider is called at most once in 15 minutes for a zone, also after a failure, and not before the time that its <c>Retry-After</c>
/// asks for (24 h at most). Processes that ask
/// at once wait for one call. Observed values, hourly means of one forecast in three hours, and forecasts published beside observed values
/// are kept for 45 days. A damaged file is set
/// aside. Thread safe.
/// </remarks>
/// <param name="folder">The folder; created when something is kept.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class IntensityCache(string folder, TimeProvider? time = null)
{
    static readonly TimeSpan _interval = TimeSpan.FromMinutes(15);
    static readonly TimeSpan _longestRefusal = TimeSpan.FromHours(24);
    static readonly TimeSpan _betweenKeptForecasts = TimeSpan.FromHours(3);
    static readonly TimeSpan _longestLock = TimeSpan.FromSeconds(45);

    readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Shortest time between two calls for one provider and zone: 15 min.</summary>
    public static TimeSpan Interval => _interval;

    /// <summary>How long values are kept: 45 days.</summary>
    public static TimeSpan KeptFor { get; } = TimeSpan.FromDays(45);

    /// <summary>The values of a span: kept ones, and from a call if one is due.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="zone">The zone.</param>
    /// <param name="from">Start of the span.</param>
    /// <param name="to">End of the span, after the start.</param>
    /// <param name="live">Whether the provider may be called. If not, only kept values are given.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The values and when the provider was called. A call covers at least the last day and the next three.</returns>
    public async Task<CachedAnswer> ReadAsync(
        IIntensityFeed feed, Zone zone, DateTimeOffset from, DateTimeOffset to, bool live, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        var path = PathOf(feed.Description.Id, zone);
        var kept = Load(path, feed.Description);
        if (!live || (kept is not null && !IsDue(kept)))
            return Answer(kept ?? new CacheFile(), feed, zone, from, to, called: false);
        try
        {
            using var held = await FeedFolder.LockAsync(path, _longestLock, _time, cancellationToken).ConfigureAwait(false);
            if (held is null)
                return Answer(kept ?? new CacheFile(), feed, zone, from, to, called: false, new Warning("cache-busy",
                    "another process is calling the provider; kept values are used"));
            return await CallAsync(path, feed, zone, from, to, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without a file nobody could know of the call, and every process would repeat it.
            var failure = new FeedFailure.Unreachable($"was not called, because {folder} cannot be written ({Formatting.TextSanitizer.ToOneLine(error.Message).TrimEnd('.')})");
            var answer = Answer(kept ?? new CacheFile(), feed, zone, from, to, called: false);
            return answer.Answer.Failure is null ? answer : answer with { Answer = IntensityAnswer.FromFailure(failure) };
        }
    }

    /// <summary>Forecasts of the past beside what was observed, oldest target first.</summary>
    /// <param name="feed">Id of the provider.</param>
    /// <param name="zone">The zone.</param>
    public IReadOnlyList<ForecastPair> ReadPairs(string feed, Zone zone)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(zone);
        if (FeedFolder.TryRead(PathOf(feed, zone)) is not { } bytes || CacheFile.Read(bytes) is not { } file)
            return [];
        var pairs = file.Pairs.Select(pair => new ForecastPair(null, CacheFile.Time(pair.Key), TimeSpan.FromMinutes(pair.Value.Minutes),
            CarbonIntensity.FromGramsPerKilowattHour(pair.Value.Forecast),
                CarbonIntensity.FromGramsPerKilowattHour(pair.Value.Actual))).ToList();
        var hours = HourlyMeans(file.Observed);
        foreach (var (issued, targets) in file.Past)
        {
            foreach (var (target, forecast) in targets)
            {
                if (hours.TryGetValue(target, out var actual))
                    pairs.Add(new ForecastPair(CacheFile.Time(issued), CacheFile.Time(target), TimeSpan.FromHours(1),
                        CarbonIntensity.FromGramsPerKilowattHour(forecast), CarbonIntensity.FromGramsPerKilowattHour(actual)));
            }
        }

        return [.. pairs.OrderBy(pair => pair.Target).ThenBy(pair => pair.Issued)];
    }

    static string Footing(IntensityFeedDescription description) =>
        $"{EnumWords.Format(description.Basis)} {EnumWords.Format(description.Scope)} {EnumWords.Format(description.Kind)}";

    string PathOf(string feed, Zone zone) => Path.Combine(folder, $"{FeedFolder.SafeName(feed)}_{FeedFolder.SafeName(zone.Code)}.json");

    /// <summary>The kept values; null if there is no file, or it is damaged or of another footing.</summary>
    static CacheFile? Load(string path, IntensityFeedDescription description) =>
        FeedFolder.TryRead(path) is { } bytes && CacheFile.Read(bytes) is { } file && (file.Footing.Length == 0
            || file.Footing == Footing(description)) ? file : null;

    /// <summary>Whether a call is due. A clock that was set back does not block a provider for longer than a day.</summary>
    bool IsDue(CacheFile file) => file.NextCallAt is not { } next || _time.GetUtcNow() is var now
        && (now >= next || next - now > _longestRefusal + _interval);

    async Task<CachedAnswer> CallAsync(string path, IIntensityFeed feed, Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var file = Load(path, feed.Description);
        if (file is not null && !IsDue(file))
            return Answer(file, feed, zone, from, to, called: false);
        Warning? damaged = null;
        if (file is null && File.Exists(path))
        {
            var aside = path + ".damaged";
            File.Move(path, aside, overwrite: true);
            damaged = new Warning("cache-damaged",
                $"the kept values of {feed.Description.Name} for {zone.Code} could not be read; they were set aside as {aside}");
        }

        file ??= new CacheFile { Footing = Footing(feed.Description) };
        var now = _time.GetUtcNow();
        var (first, last) = (Earlier(from, now.AddDays(-1)), Later(to, now.AddDays(3)));
        if (first < now - KeptFor)
            first = Earlier(now - KeptFor, now.AddDays(-1));
        var fresh = await feed.ReadAsync(zone, first, last, cancellationToken).ConfigureAwait(false);
        if (fresh.ReadAt is null)
            // Nobody was called: no key, or no such zone.
            return new CachedAnswer(fresh, false, file.CalledAt, file.NextCallAt);
        Merge(file, fresh, now);
        FeedFolder.Replace(path, file.Write());
        return Answer(file, feed, zone, from, to, called: true, damaged);
    }

    static void Merge(CacheFile file, IntensityAnswer fresh, DateTimeOffset now)
    {
        var refusal = (fresh.Failure as FeedFailure.RateLimited)?.RetryAfter ?? TimeSpan.Zero;
        file.CalledAt = now;
        file.NextCallAt = now + (refusal > _longestRefusal ? _longestRefusal : refusal > _interval ? refusal : _interval);
        file.Failure = fresh.Failure;
        file.Warnings.Clear();
        file.Warnings.AddRange(fresh.Warnings.Where(warning => warning.Code != "forecast-ends-early"));
        if (fresh.Method.Length > 0)
            file.Method = fresh.Method;
        if (fresh.Observed is { } observed)
            Overwrite(file.Observed, observed);
        if (fresh.Forecast is { } forecast)
        {
            KeepForecast(file);
            file.Forecast.Clear();
            Overwrite(file.Forecast, forecast);
            file.Issued = forecast.Issued ?? now;
        }

        foreach (var pair in fresh.Pairs)
            file.Pairs[CacheFile.Minute(pair.Target)] = ((int)pair.Length.TotalMinutes, pair.Forecast.GramsPerKilowattHour,
                pair.Actual.GramsPerKilowattHour);
        file.Prices = fresh.Prices ?? file.Prices;
        var oldest = CacheFile.Minute(now - KeptFor);
        RemoveBefore(file.Observed, oldest);
        RemoveBefore(file.Pairs, oldest);
        RemoveBefore(file.Past, oldest);
    }

    /// <summary>Takes over the known values of a series, in place of all that they overlap.</summary>
    static void Overwrite(SortedDictionary<long, (int Minutes, double Grams)> kept, IntensitySeries series)
    {
        var minutes = (int)series.Step.TotalMinutes;
        var known = new HashSet<long>();
        for (var i = 0; i < series.Values.Length; i++)
        {
            if (series.Values[i] is not null)
                known.Add(CacheFile.Minute(series.Start) + ((long)minutes * i));
        }

        // A value of another length that overlaps a new one would count twice.
        var (first, last) = (CacheFile.Minute(series.Start), CacheFile.Minute(series.End));
        foreach (var (at, value) in kept.Where(pair => pair.Value.Minutes != minutes && pair.Key < last
            && pair.Key + pair.Value.Minutes > first).ToList())
        {
            for (var covered = at - (((at - first) % minutes + minutes) % minutes); covered < at + value.Minutes; covered += minutes)
            {
                if (known.Contains(covered))
                {
                    kept.Remove(at);
                    break;
                }
            }
        }

        for (var i = 0; i < series.Values.Length; i++)
        {
            if (series.Values[i] is { } value)
                kept[CacheFile.Minute(series.Start) + ((long)minutes * i)] = (minutes, value.GramsPerKilowattHour);
        }
    }

    /// <summary>Keeps hourly means of the forecast that is about to be replaced, unless one of the last hours is kept already.</summary>
    static void KeepForecast(CacheFile file)
    {
        if (file.Issued is not { } issued || file.Forecast.Count == 0)
            return;
        if (file.Past.Count > 0 && issued - CacheFile.Time(file.Past.Keys.Last()) < _betweenKeptForecasts)
            return;
        var ahead = new SortedDictionary<long, double>();
        foreach (var (hour, grams) in HourlyMeans(file.Forecast))
        {
            if (hour >= CacheFile.Minute(issued))
                ahead.Add(hour, grams);
        }

        if (ahead.Count > 0)
            file.Past[CacheFile.Minute(issued)] = ahead;
    }

    /// <summary>Means of the hours that are known as a whole.</summary>
    static Dictionary<long, double> HourlyMeans(SortedDictionary<long, (int Minutes, double Grams)> values)
    {
        var sums = new Dictionary<long, (int Minutes, double Sum)>();
        foreach (var (at, (minutes, grams)) in values)
        {
            for (var start = at; start < at + minutes;)
            {
                var hour = start / 60 * 60;
                var part = (int)(Math.Min(at + minutes, hour + 60) - start);
                var sum = sums.GetValueOrDefault(hour);
                sums[hour] = (sum.Minutes + part, sum.Sum + (grams * part));
                start += part;
            }
        }

        return sums.Where(pair => pair.Value.Minutes == 60).ToDictionary(pair => pair.Key, pair => pair.Value.Sum / 60);
    }

    static void RemoveBefore<T>(SortedDictionary<long, T> values, long oldest)
    {
        foreach (var key in values.Keys.TakeWhile(key => key < oldest).ToList())
            values.Remove(key);
    }

    static CachedAnswer Answer(CacheFile file, IIntensityFeed feed, Zone zone, DateTimeOffset from, DateTimeOffset to, bool called,
        Warning? also = null)
    {
        var observed = Slice(file.Observed, feed, zone, IntensitySignal.Observed, null, from, to);
        var forecast = Slice(file.Forecast, feed, zone, IntensitySignal.Forecast, file.Issued, from, to);
        var warnings = ImmutableArray.CreateBuilder<Warning>();
        warnings.AddRange(file.Warnings);
        if (also is not null)
            warnings.Add(also);
        if (forecast is not null && forecast.End < to)
            warnings.Add(new Warning("forecast-ends-early",
                $"the forecast ends at {forecast.End.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, before the end of the span asked for"));
        var none = observed is null && forecast is null;
        if (file.Failure is { } failure && !none)
            warnings.Add(new Warning("feed-failed", $"{feed.Description.Name}: {failure.Text}; values of earlier calls are used",
                "they are read again at the next call"));
        var answer = new IntensityAnswer
        {
            Observed = observed,
            Forecast = forecast,
            Prices = file.Prices,
            Warnings = warnings.ToImmutable(),
            Failure = none ? file.Failure ?? new FeedFailure.NoValues(file.CalledAt is null ? "was not called yet"
                : "no value is kept for this span") : null,
            Method = file.Method.Length > 0 ? file.Method : feed.Description.Method,
            ReadAt = file.CalledAt,
        };
        return new CachedAnswer(answer, called, file.CalledAt, file.NextCallAt);
    }

    static IntensitySeries? Slice(
        SortedDictionary<long, (int Minutes, double Grams)> values, IIntensityFeed feed, Zone zone, IntensitySignal signal,
            DateTimeOffset? issued, DateTimeOffset from, DateTimeOffset to)
    {
        var description = feed.Description;
        var builder = new IntensitySeriesBuilder(zone, description.Source)
        {
            Basis = description.Basis,
            Scope = description.Scope,
            Kind = description.Kind,
            Signal = signal,
            Issued = issued,
            UsualStep = description.Step,
            From = from,
            To = to,
        };
        foreach (var (at, (minutes, grams)) in values)
            builder.Add(CacheFile.Time(at), grams, TimeSpan.FromMinutes(minutes));
        return builder.Build();
    }

    static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
