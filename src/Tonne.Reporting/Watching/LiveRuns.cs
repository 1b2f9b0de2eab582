using Tonne.Grids;
using Tonne.Ledgers;
using Tonne.Runs;

namespace Tonne.Reporting.Watching;

/// <summary>The runs of a ledger that are recorded now, with their power between two looks.</summary>
/// <remarks>For one thread at a time.</remarks>
/// <param name="ledger">The ledger.</param>
/// <param name="home">Its folder.</param>
/// <param name="time">The clock.</param>
/// <param name="intensities">Intensities by the hour. Default: null, the annual mean.</param>
public sealed class LiveRuns(ILedgerReader ledger, LedgerHome home, TimeProvider time, IIntensityHistory? intensities = null)
{
    readonly Dictionary<string, RunWatcher> _watchers = new(StringComparer.Ordinal);
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
                if (!_watchers.TryGetValue(run.Id, out var watcher))
                    _watchers[run.Id] = watcher = new RunWatcher(home.GetRunFolder(run.Id), time, intensities);
                var (record, footprint, _) = watcher.Look();
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
