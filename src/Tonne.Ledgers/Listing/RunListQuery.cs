using System.Collections.Immutable;

namespace Tonne.Ledgers.Listing;

/// <summary>Which part of a sorted and searched list of runs is wanted. The default is the newest 50 runs.</summary>
public sealed record RunListQuery
{
    /// <summary>Conditions on the runs; its limit is not used.</summary>
    public LedgerQuery Runs { get; init; } = LedgerQuery.All;

    /// <summary>Words of which each must be in the id, the name, the project, the user, the machine or a tag, in upper or lower
    /// case.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>Name of the machine, exactly; null for any.</summary>
    public string? Machine { get; init; }

    /// <summary>The order. What is unknown comes last either way; among equals the newest run comes first.</summary>
    public RunSort Sort { get; init; }

    /// <summary>Whether the largest, or the newest, comes first. Default: yes.</summary>
    public bool IsDescending { get; init; } = true;

    /// <summary>Number of runs before this part. Default: 0.</summary>
    public int Offset { get; init; }

    /// <summary>Most runs of the part. Default: 50.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>The place of the last run of the part before, after which this one begins; then <see cref="Offset"/> leaves out none.
    /// Default: null.</summary>
    public RunPosition? After { get; init; }

    /// <summary>Splits a text into <see cref="Words"/>.</summary>
    /// <param name="text">Words with blanks between.</param>
    public static ImmutableArray<string> SplitWords(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    /// <summary>Whether a run meets all conditions.</summary>
    /// <param name="run">The run.</param>
    public bool Matches(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (!Runs.Matches(run) || (Machine is not null && run.Node != Machine))
            return false;
        if (Words.IsEmpty)
            return true;
        var text = RunListText.Join(run);
        return Words.All(word => text.Contains(RunListText.Fold(word), StringComparison.Ordinal));
    }
}
