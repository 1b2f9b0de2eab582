using System.Collections.Immutable;
using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Cli.Planning;

/// <summary>Reads the jobs of <c>--jobs FILE</c>: name, time, energy or power, limits and pauses of each.</summary>
static class JobsFile
{
    const int MostJobs = 200;

    static readonly string[] _columns = ["name", "hours", "duration", "kwh", "energy", "power", "earliest", "start_after", "finish_by",
        "pauses"];

    /// <summary>The jobs of a file, in its order.</summary>
    /// <param name="path">The file: CSV or YAML.</param>
    /// <param name="now">When the plan is made: no job starts before.</param>
    /// <param name="usualFinish">When a job without a finish has to be finished; null for 24 h of slack.</param>
    /// <param name="resumeCost">Energy of a resume.</param>
    /// <param name="withoutPower">Names of the jobs without energy and power, which are planned with 1 kW.</param>
    /// <exception cref="InvalidInputException">A job is not valid; the message names file and line.</exception>
    public static ImmutableArray<QueuedJob> Read(string path, DateTimeOffset now, DateTimeOffset? usualFinish, TimeSpan resumeCost,
        out IReadOnlyList<string> withoutPower)
    {
        var rows = TableFile.Read(path, "--jobs");
        if (rows.Count > MostJobs)
            throw new InvalidInputException(
                string.Create(CultureInfo.InvariantCulture, $"--jobs has {rows.Count} jobs; at most {MostJobs} are planned together."));
        var unknown = new List<string>();
        var jobs = ImmutableArray.CreateBuilder<QueuedJob>();
        foreach (var row in rows)
        {
            if (row.Values.Keys.FirstOrDefault(column => !_columns.Contains(column, StringComparer.Ordinal)) is { } wrong)
                throw new InvalidInputException($"{row.Where}: there is no column '{wrong}'; there is {string.Join(", ", _columns)}.");
            jobs.Add(ReadJob(row, now, usualFinish, resumeCost, unknown));
        }

        withoutPower = unknown;
        return jobs.ToImmutable();
    }

    static QueuedJob ReadJob(TableRow row, DateTimeOffset now, DateTimeOffset? usualFinish, TimeSpan resumeCost, List<string> unknown)
    {
        var name = row.Find("name") ?? string.Create(CultureInfo.InvariantCulture, $"job {row.Line}");
        var duration = ReadDuration(row);
        var power = ReadPower(row, duration);
        if (power is null)
            unknown.Add(name);
        var start = row.Find("earliest", "start_after") is { } earliest ? PlanTime.ParseTime(earliest, $"{row.Where}: earliest", now) : now;
        if (start < now)
            start = now;
        var finish = row.Find("finish_by") is { } latest ? PlanTime.ParseTime(latest, $"{row.Where}: finish_by", now) : usualFinish
            ?? start + duration + TimeSpan.FromHours(24);
        if (finish - now > TimeSpan.FromDays(60))
            throw new InvalidInputException($"{row.Where}: finish_by is more than 60 days from now; give an earlier one.");
        if (finish < start + duration)
        {
            throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture,
                $"{row.Where}: {name} takes {duration.TotalHours:0.##} h and cannot be finished by {finish.UtcDateTime:yyyy-MM-dd HH:mm} UTC if it starts at {start.UtcDateTime:yyyy-MM-dd HH:mm}. Give a later finish_by."));
        }

        return new QueuedJob(name, PowerProfile.Constant(duration, power ?? Power.FromWatts(1000)), start,
            finish) { MaxPauses = ReadPauses(row), ResumeCost = resumeCost };
    }

    static TimeSpan ReadDuration(TableRow row)
    {
        if (row.Find("duration") is { } text)
            return PlanTime.ParseDuration(text, $"{row.Where}: duration");
        if (row.FindNumber("hours") is { } hours)
        {
            return hours is > 0 and <= 24 * 366 ? TimeSpan.FromSeconds(Math.Round(hours * 3600))
                : throw new InvalidInputException(
                    string.Create(CultureInfo.InvariantCulture, $"{row.Where}: hours '{hours}' is not above zero and at most a year."));
        }

        // The time follows from energy and power.
        if (ReadEnergy(row) is { } energy && row.Find("power") is { } power)
        {
            var time = energy.KilowattHours * 1000 / PlanOptions.ParsePower(power, $"{row.Where}: power").Watts;
            return time is > 0 and <= 24 * 366 ? TimeSpan.FromMinutes(Math.Max(1, Math.Ceiling(time * 60)))
                : throw new InvalidInputException($"{row.Where}: this energy at this power takes more than a year; check both.");
        }

        throw new InvalidInputException($"{row.Where}: how long does it take? Give hours, duration (6h), or kwh and power.");
    }

    static Power? ReadPower(TableRow row, TimeSpan duration)
    {
        var (power, energy) = (row.Find("power"), ReadEnergy(row));
        if (power is not null && energy is not null && row.Find("hours", "duration") is not null)
            throw new InvalidInputException($"{row.Where}: time, energy and power are one too many: leave one out.");
        return energy is { } total ? total / duration : power is not null ? PlanOptions.ParsePower(power, $"{row.Where}: power") : null;
    }

    static Energy? ReadEnergy(TableRow row) => row.Find("energy") is { } text ? PlanOptions.ParseEnergy(text, $"{row.Where}: energy")
        : row.FindNumber("kwh") is not { } kilowattHours ? null
        : kilowattHours is > 0 and < 1e9 ? Energy.FromKilowattHours(kilowattHours)
        : throw new InvalidInputException(
            string.Create(CultureInfo.InvariantCulture, $"{row.Where}: kwh '{kilowattHours}' is not above zero."));

    static int? ReadPauses(TableRow row) => row.Find("pauses") switch
    {
        null => 0,
        "any" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 1000 => count,
        var text => throw new InvalidInputException($"{row.Where}: pauses '{text}' is not a number from 0 to 1000, or any."),
    };
}
