using Tonne.Ledgers;
using Tonne.Reporting.Watching;
using Tonne.Runs;

namespace Tonne.Cli.Watching;

/// <summary>The runs of a ledger that are recorded now, with their power between two looks.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="time">The clock.</param>
sealed class LiveRuns(Ledger ledger, TimeProvider time)
{
    readonly Dictionary<string, RunRecord> _before = new(StringComparer.Ordinal);

    /// <summary>Looks at the runs that are recorded now.</summary>
    /// <param name="except">Id of a run that is left out; null for none.</param>
    public IReadOnlyList<JobPower> Look(string? except)
    {
        var jobs = new List<JobPower>();
        foreach (var run in ledger.ListRuns(new LedgerQuery { Status = RunStatus.Running, Since = time.GetUtcNow().AddDays(-30) }).Where(run => run.Id != except))
        {
            try
            {
                var (record, footprint) = WatchLoop.Account(ledger.Home.GetRunFolder(run.Id));
                var state = WatchState.From(record, footprint, _before.GetValueOrDefault(run.Id));
                _before[run.Id] = record;
                jobs.Add(new JobPower(run.Id, run.Name, state.JobWatts, state.Seconds));
            }
            catch (Exception error) when (error is LedgerUnavailableException or FormatException or IOException or UnauthorizedAccessException)
            {
                // It has just ended, or its trace has no sample yet: the next look shows more.
            }
        }

        return jobs;
    }
}
