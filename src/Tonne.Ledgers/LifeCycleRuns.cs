using Tonne.Accounting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>Finds the runs of a ledger that a description of a life cycle names.</summary>
public static class LifeCycleRuns
{
    /// <summary>Loads the runs of a phase, newest first.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="query">The query of the phase.</param>
    /// <exception cref="DescriptionException">No ended run matches; the message names file and line.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    /// <exception cref="LedgerDamagedException">A record differs from what was written.</exception>
    public static IReadOnlyList<LedgerEntry> Load(ILedgerReader ledger, RunQuery query)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(query);
        if (query.Run is { } text)
        {
            return ledger.Find(text) switch
            {
                RunLookupResult.One { Run: { Status: RunStatus.Running } run } => throw Problem(query, $"{run.Id} ({run.Name}) is still running; its figures are available when it has ended."),
                RunLookupResult.One one => [ledger.Load(one.Run.Id)],
                var other => throw Problem(query, other.ToString()!),
            };
        }

        var found = ledger.ListRuns(new LedgerQuery { Project = query.Project, Name = query.Name, Tags = query.Tags, Status = ReadStatus(query), WithFigures = true });
        return found.Count > 0 ? [.. found.Select(run => ledger.Load(run.Id))]
            : throw Problem(query, $"no ended run of the ledger is among the {query}. 'tonne list' shows all.");
    }

    static RunStatus? ReadStatus(RunQuery query)
    {
        if (query.Status is not { } word)
            return null;
        return Enum.TryParse<RunStatus>(word, ignoreCase: true, out var status) && !int.TryParse(word, out _) ? status
            : throw Problem(query, $"the status '{word}' is unknown. Known: {string.Join(", ", Enum.GetNames<RunStatus>().Select(name => name.ToLowerInvariant()))}.");
    }

    static DescriptionException Problem(RunQuery query, string what) => new([$"{query.Where}: {what}"]);
}
