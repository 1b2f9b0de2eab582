using System.Globalization;
using Tonne.Runs;

namespace Tonne.Ledgers.Totals;

/// <summary>Nodes of a job of which the ledger has no run.</summary>
/// <param name="JobKey">Launcher, cluster, job, and the step if only the nodes of a step are known.</param>
/// <param name="Restarts">How often the job was started again before.</param>
/// <param name="Nodes">The nodes, in the order of the scheduler.</param>
public sealed record MissingNodes(string JobKey, int Restarts, IReadOnlyList<string> Nodes)
{
    /// <summary>Finds the nodes that should have a run, and have none.</summary>
    /// <remarks>
    /// A step has fewer nodes than its job: a job is as large as the largest list that one of its runs has. If the job's recorder is there for a node, it is
    /// there for all; a run that a user started in a step speaks for the nodes of that step.
    /// </remarks>
    /// <param name="runs">Runs: key of the job, step, restarts, list of nodes, node, and whether the run has all of the job there.</param>
    internal static IEnumerable<MissingNodes> Find(IEnumerable<(string JobKey, string? Step, int Restarts, string? NodeList, string? Node, bool CoversJob)> runs)
    {
        foreach (var job in runs.GroupBy(run => (run.JobKey, run.Restarts)))
        {
            var all = job.ToList();
            var whole = all.Where(run => run.CoversJob).ToList();
            if (whole.Count > 0)
            {
                if (Compare(whole) is { Count: > 0 } missing)
                    yield return new MissingNodes(job.Key.JobKey, job.Key.Restarts, missing);
                continue;
            }

            foreach (var step in all.Where(run => run.Step is not null).GroupBy(run => run.Step, StringComparer.Ordinal))
            {
                if (Compare([.. step]) is { Count: > 0 } missing)
                    yield return new MissingNodes(string.Create(CultureInfo.InvariantCulture, $"{job.Key.JobKey}.{step.Key}"), job.Key.Restarts, missing);
            }
        }
    }

    static List<string> Compare(List<(string JobKey, string? Step, int Restarts, string? NodeList, string? Node, bool CoversJob)> runs)
    {
        var seen = runs.Select(run => run.Node).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return [.. runs.Select(run => run.NodeList).OfType<string>().Distinct(StringComparer.Ordinal)
            .SelectMany(list => HostList.TryExpand(list, out var names) ? names : []).Distinct(StringComparer.Ordinal).Where(name => !seen.Contains(name))];
    }
}
