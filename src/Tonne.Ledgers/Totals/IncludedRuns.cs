using Tonne.Runs;

namespace Tonne.Ledgers.Totals;

/// <summary>Finds the runs whose energy another run of the ledger includes.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>A run that was started inside another one (<see cref="NestedRuns"/>).</item>
/// <item>A run of a job, where another run has everything of that job on the same node (<see cref="Runs.JobIdentity.CoversJob"/>) and was alive when it began.</item>
/// <item>An imported row that was exported from a run of this ledger: it has that run's id.</item>
/// <item>An imported row of another tool, whose time lies within a recorded run on a machine with the same processor: the tool ran inside it. Clocks of the
/// two differ by seconds, because the other tool starts and ends on its own.</item>
/// </list>
/// </remarks>
static class IncludedRuns
{
    static readonly TimeSpan _slack = TimeSpan.FromSeconds(5);

    public static Dictionary<string, (string In, CountedWith Reason)> Find(IReadOnlyList<CountedRun> runs)
    {
        var found = new Dictionary<string, (string, CountedWith)>(StringComparer.Ordinal);
        var parents = runs.Where(run => run.Parent is not null).Select(run => run.Parent!).ToHashSet(StringComparer.Ordinal);
        var foreign = runs.Select(run => run.ForeignId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (parents.Count == 0 && !runs.Any(run => run.Kind == RunKind.Imported || run.CoversJob))
            return found;
        FindWholeJobs(runs, found);
        var related = runs.Where(run => run.Parent is not null || parents.Contains(run.Id)).ToList();
        foreach (var (id, parent) in NestedRuns.Find(related.Select(run => (run.Id, run.Parent, run.Start, (double?)run.Seconds))))
        {
            // A run inside another one that a job's recorder includes is in both; the recorder is the outermost.
            if (!found.ContainsKey(id))
                found[id] = (parent, CountedWith.Nested);
        }

        var exported = runs.Where(run => foreign.Contains(run.Id) && run.Kind == RunKind.Recorded).Select(run => run.Id).ToHashSet(StringComparer.Ordinal);
        var byCpu = new Dictionary<string, ContainingRuns>(StringComparer.Ordinal);
        foreach (var group in runs.Where(run => run.Kind == RunKind.Recorded && run.Cpu is { Length: > 0 }).GroupBy(run => run.Cpu!, StringComparer.Ordinal))
            byCpu[group.Key] = new ContainingRuns([.. group.OrderBy(run => run.Start)]);
        foreach (var run in runs.Where(run => run.Kind == RunKind.Imported))
        {
            if (run.ForeignId is { } id && exported.Contains(id))
                found[run.Id] = (id, CountedWith.OwnExport);
            else if (run is { Cpu.Length: > 0, Seconds: > 0 } && byCpu.TryGetValue(run.Cpu, out var recorded) && recorded.Find(run.Start, run.End, _slack) is { } around)
                found[run.Id] = (around.Id, CountedWith.SameTime);
        }

        return found;
    }

    static void FindWholeJobs(IReadOnlyList<CountedRun> runs, Dictionary<string, (string, CountedWith)> found)
    {
        var covering = runs.Where(run => run is { CoversJob: true, JobKey: not null }).ToLookup(run => (run.JobKey, run.Node, run.Restarts));
        if (covering.Count == 0)
            return;
        foreach (var run in runs.Where(run => run is { CoversJob: false, JobKey: not null, Kind: RunKind.Recorded }))
        {
            if (covering[(run.JobKey, run.Node, run.Restarts)].FirstOrDefault(whole => run.Start >= whole.Start - _slack && run.Start <= whole.End) is { } around)
                found[run.Id] = (around.Id, CountedWith.WholeJob);
        }
    }

    /// <summary>Runs by their start, with the run that ends last among those up to each.</summary>
    sealed class ContainingRuns
    {
        readonly List<CountedRun> _runs;
        readonly CountedRun[] _longest;

        public ContainingRuns(List<CountedRun> runs)
        {
            _runs = runs;
            _longest = new CountedRun[runs.Count];
            for (var i = 0; i < runs.Count; i++)
                _longest[i] = i > 0 && _longest[i - 1].End >= runs[i].End ? _longest[i - 1] : runs[i];
        }

        /// <summary>A run that began before and ended after; null if there is none.</summary>
        public CountedRun? Find(DateTimeOffset start, DateTimeOffset end, TimeSpan slack)
        {
            var (low, high) = (0, _runs.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_runs[middle].Start <= start + slack)
                    low = middle + 1;
                else
                    high = middle;
            }

            return low > 0 && _longest[low - 1].End >= end - slack ? _longest[low - 1] : null;
        }
    }
}
