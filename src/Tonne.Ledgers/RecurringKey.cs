using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>Separates jobs whose key comes again, such as the address of a leader.</summary>
static class RecurringKey
{
    /// <summary>A run that begins later after the end of all before it is of another job.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Whether no other job ever has the key: a scheduler gives an id only once.</summary>
    /// <param name="key"><see cref="JobIdentity.Key"/>.</param>
    public static bool IsUnique(string key) => key.StartsWith(_slurm, StringComparison.Ordinal);

    static readonly string _slurm = new JobIdentity { Launcher = JobLauncher.Slurm, Id = "" }.Key[..^1];

    /// <summary>Splits runs of one key into jobs: those of a job overlap in time, or begin within a minute after the last one has ended.</summary>
    /// <param name="runs">The runs, in order of their start.</param>
    /// <param name="getStart">Start of a run.</param>
    /// <param name="getEnd">End of a run.</param>
    public static IEnumerable<List<T>> Split<T>(IEnumerable<T> runs, Func<T, DateTimeOffset> getStart, Func<T, DateTimeOffset> getEnd)
    {
        List<T>? open = null;
        var end = DateTimeOffset.MinValue;
        foreach (var run in runs)
        {
            if (open is not null && getStart(run) > end + LongestPause)
            {
                yield return open;
                open = null;
            }

            (open ??= []).Add(run);
            var ends = getEnd(run);
            end = ends > end || open.Count == 1 ? ends : end;
        }

        if (open is not null)
            yield return open;
    }
}
