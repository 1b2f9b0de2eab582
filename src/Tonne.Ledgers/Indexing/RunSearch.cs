using System.Collections.Immutable;
using Tonne.Catalogs;
using Tonne.Runs;

namespace Tonne.Ledgers.Indexing;

/// <summary>
/// Finds the run that a text identifies: an id, a name, a unique prefix of an id or of its suffix, in this order; or the newest that has
/// ended.
/// </summary>
static class RunSearch
{
    /// <summary>The newest run that has ended; the newest of all if none has.</summary>
    internal static RunLookupResult FindNewestEnded(IEnumerable<RunSummary> newestFirst)
    {
        RunSummary? newest = null;
        foreach (var run in newestFirst)
        {
            if (run.Status != RunStatus.Running)
                return new RunLookupResult.One(run);
            newest ??= run;
        }

        return newest is null ? new RunLookupResult.None("last", []) : new RunLookupResult.One(newest);
    }

    internal static RunLookupResult Find(string text, IReadOnlyList<RunSummary> newestFirst)
    {
        Func<RunSummary, bool>[] rules =
        [
            run => run.Id == text,
            run => run.Name == text,
            run => text.Length > 0 && run.Id.StartsWith(text, StringComparison.Ordinal),
            run => text.Length > 2 && run.Id.Length > 16 && run.Id.AsSpan(16).StartsWith(text, StringComparison.Ordinal),
        ];
        foreach (var rule in rules)
        {
            var fit = newestFirst.Where(rule).ToImmutableArray();
            if (fit.Length == 1)
                return new RunLookupResult.One(fit[0]);
            if (fit.Length > 1)
                return new RunLookupResult.Ambiguous(text, fit);
        }

        return new RunLookupResult.None(text, Nearest(text, newestFirst));
    }

    static ImmutableArray<string> Nearest(string text, IReadOnlyList<RunSummary> runs) =>
        [.. NameMatching.FindNearest(text, runs.SelectMany(run => new[] { (NameMatching.ToKey(run.Name), run.Name), (NameMatching.ToKey(run.Id), run.Id) }))];
}
