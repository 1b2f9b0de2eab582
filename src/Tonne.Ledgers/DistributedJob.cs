using System.Globalization;
using Tonne.Ledgers.Totals;
using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>The runs of one distributed job: one of each of its nodes, and of ranks that could not be recorded together.</summary>
/// <remarks>
/// Each run has the ranks of one node, and its energy is that of its own ranks, so the runs of a job add up without counting anything twice. The
/// energies of their machines do not: two runs on one node have the same machine.
/// </remarks>
/// <param name="Key">Launcher, cluster, job and step.</param>
/// <param name="Job">The job, as its first run has it.</param>
/// <param name="Runs">Its runs, oldest first, without those that were started inside another one of them.</param>
public sealed record DistributedJob(string Key, JobIdentity Job, IReadOnlyList<RunSummary> Runs)
{
    /// <summary>Names of its nodes, each once, in alphabetical order.</summary>
    public IReadOnlyList<string> Nodes =>
        [.. Runs.Select(run => run.Node).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Nodes of the job, or of its step, of which no run is there: their recorder never reported, so what they used is missing from the sum. Empty where
    /// the scheduler's list of nodes is not known.
    /// </summary>
    public IReadOnlyList<string> MissingNodes => [.. Totals.MissingNodes.Find(Runs.Where(run => run.Job?.NodeList is not null)
        .Select(run => (run.Job!.Key, run.Job.Step, run.Job.Restarts ?? 0, run.Job.NodeList, run.Node, run.Job.CoversJob)))
        .SelectMany(missing => missing.Nodes).Distinct(StringComparer.Ordinal)];

    /// <summary>Start of the first run, UTC.</summary>
    public DateTimeOffset StartedAt => Runs[0].StartedAt;

    /// <summary>Whether all of its runs have ended and can be read.</summary>
    public bool IsComplete => Runs.All(run => run.HasFigures);

    /// <summary>
    /// How it ended: running while one run is, failed if one is, interrupted if one is, else completed; null if nothing can be read.
    /// </summary>
    public RunStatus? Status =>
        Runs.Any(run => run.Status == RunStatus.Running) ? RunStatus.Running
        : Runs.Any(run => run.Status == RunStatus.Failed) ? RunStatus.Failed
        : Runs.Any(run => run.Status == RunStatus.Interrupted) ? RunStatus.Interrupted
        : Runs.All(run => run.Status == RunStatus.Completed) ? RunStatus.Completed
        : null;

    /// <summary>Facility energy and emissions of all runs together.</summary>
    public LedgerTotal Total => LedgerTotal.Of(Runs);

    /// <summary>Groups the runs that belong to a job; runs of no job are left out.</summary>
    /// <remarks>
    /// A scheduler gives an id only once. Other keys, such as the address of a leader, come again: their runs are one job only while they overlap in
    /// time, or begin within a minute after the last one has ended.
    /// </remarks>
    /// <param name="runs">The runs, in any order; a run that is there twice counts once.</param>
    /// <returns>The jobs, oldest first.</returns>
    public static IReadOnlyList<DistributedJob> Group(IEnumerable<RunSummary> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var jobs = new List<DistributedJob>();
        var ordered = runs.Where(run => run.Job is not null).DistinctBy(run => run.Id, StringComparer.Ordinal)
            .OrderBy(run => run.StartedAt).ThenBy(run => run.Id, StringComparer.Ordinal);
        foreach (var same in ordered.GroupBy(run => CreateKey(run.Job!), StringComparer.Ordinal))
        {
            foreach (var part in RecurringKey.IsUnique(same.Key)
                ? [same.ToList()]
                : RecurringKey.Split(same, static run => run.StartedAt, GetEnd))
            {
                var nested = NestedRuns.Find(part.Select(run => (run.Id, run.Parent, run.StartedAt, run.DurationSeconds)));
                jobs.Add(new DistributedJob(same.Key, part[0].Job!, [.. part.Where(run => !nested.ContainsKey(run.Id))]));
            }
        }

        return [.. jobs.OrderBy(job => job.StartedAt).ThenBy(job => job.Key, StringComparer.Ordinal)];
    }

    /// <summary>What the runs of a job have in common: launcher, cluster, job and step.</summary>
    /// <param name="job">The job of a run.</param>
    public static string CreateKey(JobIdentity job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Step is { } step ? string.Create(CultureInfo.InvariantCulture, $"{job.Key}.{step}") : job.Key;
    }

    static DateTimeOffset GetEnd(RunSummary run) =>
        run.DurationSeconds is { } seconds ? run.StartedAt.AddSeconds(seconds) : DateTimeOffset.MaxValue - RecurringKey.LongestPause;
}
