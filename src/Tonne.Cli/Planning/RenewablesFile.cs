using System.Collections.Immutable;
using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Cli.Planning;

/// <summary>Power of renewables by the hour from a file, over a span.</summary>
/// <remarks>
/// CSV with <c>timestamp_utc</c>, or <c>hour</c> (0 to 23, UTC) for the same hours of each day, and <c>kw</c>, or <c>solar</c> and
/// <c>wind</c> as
/// shares of the capacity of --solar and --wind. A row holds for the least distance of two rows.
/// </remarks>
/// <param name="Start">Start of the first step.</param>
/// <param name="Step">Length of a step.</param>
/// <param name="Values">Power in each step.</param>
/// <param name="IsWindOnly">Whether there is no solar power in it.</param>
/// <param name="MissingHours">Hours of the span without a row.</param>
sealed record RenewablesFile(DateTimeOffset Start, TimeSpan Step, ImmutableArray<Power> Values, bool IsWindOnly, double MissingHours)
{
    const int MostSteps = 600_000;

    static readonly string[] _formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mmK"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidInputException">It cannot be read; the message names the line.</exception>
    public static RenewablesFile Read(string path, Power? solar, Power? wind, DateTimeOffset from, DateTimeOffset to)
    {
        var rows = TableFile.Read(path, "--renewables");
        var start = new DateTimeOffset(from.UtcTicks - (from.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        var power = new SortedDictionary<DateTimeOffset, Power>();
        var hasWindOnly = true;
        if (rows[0].Find("hour") is not null)
        {
            var byHour = rows.ToLookup(ReadHour, row => ReadPower(row, solar, wind, ref hasWindOnly));
            for (var at = start; at < to; at = at.AddHours(1))
            {
                if (byHour[at.UtcDateTime.Hour].ToList() is [var first, ..])
                    power[at] = first;
            }

            return Create(power, TimeSpan.FromHours(1), start, to, hasWindOnly, from);
        }

        foreach (var row in rows)
        {
            var text = row.Find("timestamp_utc")
                ?? throw new InvalidInputException($"{row.Where}: the columns are timestamp_utc or hour, and kw, solar or wind.");
            if (!DateTimeOffset.TryParseExact(text, _formats, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
                throw new InvalidInputException($"{row.Where}: '{text}' is not a time in ISO 8601, such as 2026-10-05T13:00Z.");
            power[time] = ReadPower(row, solar, wind, ref hasWindOnly);
        }

        var times = power.Keys.ToList();
        var step = times.Count < 2 ? TimeSpan.FromHours(1) : times.Zip(times.Skip(1), (first, second) => second - first).Min();
        if (step < TimeSpan.FromMinutes(1) || TimeSpan.TicksPerDay % step.Ticks != 0
            || times.Exists(time => time.UtcTicks % step.Ticks != 0))
            throw new InvalidInputException(
                $"{rows[0].File}: the times are not at equal steps that divide a day, such as 1 h or 15 min, from midnight UTC.");
        return Create(power, step, new DateTimeOffset(from.UtcTicks - (from.UtcTicks % step.Ticks), TimeSpan.Zero), to, hasWindOnly, from);
    }

    /// <summary>The series for a plan.</summary>
    public OnSiteRenewables ToSeries(CarbonIntensity intensity) => new(Start, Step, Values, intensity);

    static RenewablesFile Create(SortedDictionary<DateTimeOffset, Power> power, TimeSpan step, DateTimeOffset start, DateTimeOffset to,
        bool isWindOnly, DateTimeOffset from)
    {
        if ((to - start) / step > MostSteps)
            throw new InvalidInputException("--renewables: the steps are too many for this span; give a shorter one.");
        var values = ImmutableArray.CreateBuilder<Power>();
        var missing = TimeSpan.Zero;
        for (var at = start; at < to; at += step)
        {
            var known = power.TryGetValue(at, out var value);
            values.Add(value);
            if (!known)
                missing += (at + step < to ? at + step : to) - (at > from ? at : from);
        }

        return new RenewablesFile(start, step, values.ToImmutable(), isWindOnly, missing.TotalHours);
    }

    static int ReadHour(TableRow row) => row.FindNumber("hour") is { } hour && hour is >= 0 and <= 23 && hour == Math.Floor(hour)
        ? (int)hour
        : throw new InvalidInputException($"{row.Where}: hour '{row.Find("hour")}' is not 0 to 23.");

    static Power ReadPower(TableRow row, Power? solar, Power? wind, ref bool isWindOnly)
    {
        var (kilowatts, sun, air) = (row.FindNumber("kw"), row.FindNumber("solar"), row.FindNumber("wind"));
        if (kilowatts is null && sun is null && air is null)
            throw new InvalidInputException($"{row.Where}: there is no kw, solar or wind.");
        if (kilowatts is < 0 or > 1e9)
            throw new InvalidInputException(
                string.Create(CultureInfo.InvariantCulture, $"{row.Where}: kw '{kilowatts}' is not a power from 0 on."));
        isWindOnly &= kilowatts is null && sun is null;
        return Power.FromWatts((kilowatts ?? 0) * 1000) + Scale(sun, solar, "solar") + Scale(air, wind, "wind");

        Power Scale(double? share, Power? capacity, string column)
        {
            if (share is not { } known)
                return Power.Zero;
            if (known is not (>= 0 and <= 1))
                throw new InvalidInputException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"{row.Where}: {column} '{known}' is not a share of the capacity, 0 to 1."));
            return capacity is { } rated ? Power.FromWatts(rated.Watts * known)
                : throw new InvalidInputException($"{row.Where}: {column} is a share of the capacity; give --{column} 100kW.");
        }
    }
}
