using System.Collections.Immutable;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;

namespace Tonne.Services.Imports;

/// <summary>What an import did.</summary>
public sealed record TokenImportOutcome
{
    /// <summary>Where it was read from: <c>claude-code</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Files that were read.</summary>
    public int FilesRead { get; init; }

    /// <summary>Files that had not changed since the last import and were not read.</summary>
    public int FilesUnchanged { get; init; }

    /// <summary>Replies that were added.</summary>
    public int Added { get; init; }

    /// <summary>Replies that were known with fewer tokens, to which the others were added.</summary>
    public int Completed { get; init; }

    /// <summary>Replies that were known already.</summary>
    public int Known { get; init; }

    /// <summary>Lines that repeated a reply of the same import.</summary>
    public long Repeated { get; init; }

    /// <summary>Replies before the time asked for.</summary>
    public int Before { get; init; }

    /// <summary>Replies older than what is kept, which are not counted.</summary>
    public int TooOld { get; init; }

    /// <summary>Added replies for each model, project and day, as rows of the ledger.</summary>
    public ImmutableArray<CallRow> Rows { get; init; } = [];

    /// <summary>Lines that were not counted; the first 1,000.</summary>
    public ImmutableArray<SkippedLine> Skipped { get; init; } = [];

    /// <summary>Number of all lines that were not counted.</summary>
    public long SkippedCount { get; init; }

    /// <summary>Names of models that no catalog has, for which the range of their family was taken.</summary>
    public ImmutableArray<string> FamilyNames { get; init; } = [];

    /// <summary>Lines of the ledger that could not be read.</summary>
    public ImmutableArray<LedgerProblem> Problems { get; init; } = [];

    /// <summary>Whether there was more to read than <see cref="TokenImportOptions.MostBytes"/>.</summary>
    public bool HasMore { get; init; }

    /// <summary>The sum of what was added.</summary>
    public CallSum Sum => Rows.Aggregate(new CallSum(), (sum, row) => sum.Plus(row.Sum));
}
