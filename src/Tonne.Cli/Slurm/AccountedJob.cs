using System.Globalization;

namespace Tonne.Cli.Slurm;

/// <summary>One start of a job in Slurm's accounting.</summary>
/// <param name="Id">Id of the job, <c>JobIDRaw</c>.</param>
/// <param name="Submit">When it was submitted, or requeued.</param>
/// <param name="Eligible">When it became eligible, which is the time of <c>--begin</c>; null if it has not.</param>
/// <param name="Start">When it started; null if it has not.</param>
/// <param name="End">When it ended; null if it has not.</param>
/// <param name="State">State, such as COMPLETED.</param>
/// <param name="Energy">Energy that Slurm measured, in J; null if none was.</param>
sealed record AccountedJob(string Id, DateTimeOffset Submit, DateTimeOffset? Eligible, DateTimeOffset? Start, DateTimeOffset? End, string State, double? Energy)
{
    /// <summary>The fields of <c>sacct --format</c>.</summary>
    public const string Fields = "JobIDRaw,Submit,Eligible,Start,End,State,ConsumedEnergyRaw";

    // Slurm writes 2^64 - 2 (NO_VAL64) where nothing was measured; a real energy is far below this.
    const double MaxEnergy = 1e18;

    /// <summary>Reads what <c>sacct -X --parsable2</c> wrote with at least the first five of <see cref="Fields"/> and a heading; times are local or epochs.</summary>
    /// <param name="text">The output.</param>
    /// <param name="zone">Zone of local times.</param>
    /// <returns>The starts, in order; rows without a time of submission are left out.</returns>
    /// <exception cref="FormatException">A column is missing.</exception>
    public static IReadOnlyList<AccountedJob> Parse(string text, TimeZoneInfo zone)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0)
            return [];
        var names = lines[0].Split('|');
        var id = Array.IndexOf(names, "JobIDRaw") is >= 0 and var raw ? raw : Array.IndexOf(names, "JobID");
        int[] columns = [id, .. new[] { "Submit", "Eligible", "Start", "End" }.Select(name => Array.IndexOf(names, name))];
        if (columns.Contains(-1))
            throw new FormatException($"the output of sacct has the columns {string.Join(", ", names)}, and needs JobIDRaw, Submit, Eligible, Start and End: sacct -X --parsable2 --format={Fields}");
        var (state, energy) = (Array.IndexOf(names, "State"), Array.IndexOf(names, "ConsumedEnergyRaw"));
        var jobs = new List<AccountedJob>();
        foreach (var cells in lines.Skip(1).Select(line => line.Split('|')).Where(cells => cells.Length > columns.Max()))
        {
            if (ParseTime(cells[columns[1]], zone) is not { } submit)
                continue;
            jobs.Add(new AccountedJob(
                cells[id], submit, ParseTime(cells[columns[2]], zone), ParseTime(cells[columns[3]], zone), ParseTime(cells[columns[4]], zone),
                state >= 0 && state < cells.Length ? cells[state] : "",
                energy >= 0 && energy < cells.Length && double.TryParse(cells[energy], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var joules) && joules is > 0 and < MaxEnergy ? joules : null));
        }

        return [.. jobs.OrderBy(job => job.Submit)];
    }

    /// <summary>An epoch or a local time; null for Unknown, None, N/A and whatever else is not a time.</summary>
    static DateTimeOffset? ParseTime(string text, TimeZoneInfo zone) =>
        text.Length is >= 9 and <= 11 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? DateTimeOffset.FromUnixTimeSeconds(epoch)
            : SlurmTime.ParseLocal(text, zone);
}
