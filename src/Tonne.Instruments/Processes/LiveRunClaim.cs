using System.Globalization;
using Tonne.Recording;

namespace Tonne.Instruments.Processes;

/// <summary>What a live run says of itself to the other runs of the machine, beside its CPU time.</summary>
/// <remarks>One line after the number: words <c>key=value</c>. A run of an earlier version has none; unknown words are ignored.</remarks>
/// <param name="Share">Share of the node that a scheduler has allocated to it, 0 to 1; null if none has.</param>
/// <param name="Job">Key of its job; null if none.</param>
/// <param name="CoversJob">Whether it has everything of that job on this node, so that it includes the job's other runs.</param>
/// <param name="Machine">Boot of the machine that it measures; another one than the kernel's if a folder stands in for the machine. Null if unknown.</param>
sealed record LiveRunClaim(double? Share, string? Job, bool CoversJob, string? Machine)
{
    const int MaxLength = 400;

    /// <summary>Id of the run; null if it does not say.</summary>
    public string? Run { get; init; }

    /// <summary>Whether it follows the commands of several ranks, each started by a process of its own.</summary>
    public bool IsRanked { get; init; }

    /// <summary>The process that it follows, with its start in ticks, if that is not the one which registered it; null else.</summary>
    public (int Id, long Start)? Follows { get; init; }

    /// <summary>The claim of a run of this process.</summary>
    /// <param name="machine">Boot of the machine that is measured.</param>
    /// <param name="reservation">What is reserved for it.</param>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    /// <param name="coversJob">Whether it has everything of its job on this node. Default: no.</param>
    public static LiveRunClaim Create(string machine, ResourceReservation reservation, Func<string, string?> getVariable, bool coversJob = false) =>
        new(reservation.IsAllocated ? reservation.ThreadShare : null, JobEnvironment.FindJob(getVariable)?.Key, coversJob, machine);

    /// <summary>Whether the energy of one of two runs includes the other's, or they measure different machines: then neither counts the other.</summary>
    public bool IsApartFrom(LiveRunClaim other) =>
        (Machine is not null && other.Machine is not null && Machine != other.Machine)
        || (Job is not null && Job == other.Job && CoversJob != other.CoversJob);

    /// <summary>The line; empty if it would be too long to be true.</summary>
    public override string ToString()
    {
        var words = new List<string>();
        if (Share is { } share)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"share={share:0.######}"));
        if (Job is { } job)
            words.Add("job=" + Escape(job));
        if (CoversJob)
            words.Add("covers=1");
        if (IsRanked)
            words.Add("ranks=1");
        if (Run is { } run)
            words.Add("run=" + run);
        if (Follows is { } process)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"follows={process.Id}-{process.Start}"));
        if (Machine is { } machine)
            words.Add("machine=" + Escape(machine));
        var line = string.Join(' ', words);
        return line.Length <= MaxLength ? line + "\n" : "";
    }

    /// <summary>Reads a line; what cannot be read is unknown.</summary>
    public static LiveRunClaim Parse(string line)
    {
        var claim = new LiveRunClaim(null, null, false, null);
        foreach (var word in line.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var sign = word.IndexOf('=', StringComparison.Ordinal);
            if (sign <= 0)
                continue;
            var value = word[(sign + 1)..];
            claim = word[..sign] switch
            {
                "share" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 => claim with { Share = share },
                "job" => claim with { Job = value },
                "covers" => claim with { CoversJob = value == "1" },
                "ranks" => claim with { IsRanked = value == "1" },
                "run" when RunId.IsValid(value) => claim with { Run = value },
                "follows" when ParseProcess(value) is { } process => claim with { Follows = process },
                "machine" => claim with { Machine = value },
                _ => claim,
            };
        }

        // Compared with texts that were escaped too.
        return claim;
    }

    /// <summary>The claim as the other runs read it.</summary>
    public LiveRunClaim AsWritten() => Parse(ToString());

    static (int Id, long Start)? ParseProcess(string text) =>
        text.Split('-') is [var id, var start] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) ? (number, ticks) : null;

    static string Escape(string text) => new([.. text.Select(letter => letter is > ' ' and < (char)127 ? letter : '_')]);
}
