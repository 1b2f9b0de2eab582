using System.Collections.Immutable;
using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>Conditions on the runs of a ledger; the default is all runs. A run must meet every condition that is given.</summary>
public sealed record LedgerQuery
{
    // As totals count it; a longer one would not be a time.
    const double LongestSeconds = 1e9;

    /// <summary>All runs.</summary>
    public static LedgerQuery All { get; } = new();

    /// <summary>Project, exactly.</summary>
    public string? Project { get; init; }

    /// <summary>Account that the scheduler charges, exactly.</summary>
    public string? Account { get; init; }

    /// <summary>User, exactly.</summary>
    public string? User { get; init; }

    /// <summary>Part of the name, in upper or lower case.</summary>
    public string? Name { get; init; }

    /// <summary>Tags with their values; an empty value asks only for the tag.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Status.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Origin of the runs.</summary>
    public RunKind? Kind { get; init; }

    /// <summary>Whether only runs with figures match (<see cref="RunSummary.HasFigures"/>). Default: no.</summary>
    public bool WithFigures { get; init; }

    /// <summary>Started at or after, UTC.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Started before, UTC.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Ended at or after, UTC; a run without a duration ended when it started.</summary>
    public DateTimeOffset? EndedSince { get; init; }

    /// <summary>Maximum number, newest first; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Whether a run meets all conditions except the limit.</summary>
    public bool Matches(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (Project is null || run.Project == Project)
            && (Account is null || run.Job?.Account == Account)
            && (User is null || run.User == User)
            && (Name is null || run.Name.Contains(Name, StringComparison.OrdinalIgnoreCase))
            && (Status is null || run.Status == Status)
            && (Kind is null || run.Kind == Kind)
            && (!WithFigures || run.HasFigures)
            && (Since is null || run.StartedAt >= Since)
            && (Until is null || run.StartedAt < Until)
            && (EndedSince is null || run.StartedAt.AddSeconds(Math.Min(run.DurationSeconds ?? 0, LongestSeconds)) >= EndedSince)
            && Tags.All(tag => run.Tags.TryGetValue(tag.Key, out var value) && (tag.Value.Length == 0 || value == tag.Value));
    }
}
