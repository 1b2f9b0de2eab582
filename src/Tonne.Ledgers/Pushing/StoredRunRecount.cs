using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Ledgers.ImportExport;
using Tonne.Ledgers.RunFolders;
using Tonne.Runs;

namespace Tonne.Ledgers.Pushing;

/// <summary>Accounts runs of a store again with the factors of this version, as <see cref="Ledger.Recount"/> does with those of folders. Thread-safe.</summary>
/// <param name="history">Intensities by the hour that are known here; they replace those that the node had observed. Default: null, none.</param>
public sealed class StoredRunRecount(IIntensityHistory? history = null)
{
    /// <summary>What statements say of who made them (<see cref="FootprintStatement.RecountedBy"/>).</summary>
    public const string By = "server";

    // It keeps the draws of the factors that runs share.
    readonly Accountant _accountant = new();

    /// <summary>The statement that is shown of a run: the one accounted last, and of two of the same time the later line.</summary>
    /// <param name="statements">Those of the node in the order of their sequence, then those of recounts.</param>
    public static FootprintStatement? FindNewest(IEnumerable<FootprintStatement> statements) =>
        statements.OrderBy(statement => statement.AccountedAt).LastOrDefault();

    /// <summary>Accounts a run again.</summary>
    /// <remarks>
    /// The time of the new statement is now, or that of the newest one if that lies in the future, as with a node whose clock was wrong:
    /// the new one is shown either way, because it comes later.
    /// </remarks>
    /// <param name="record">The record.</param>
    /// <param name="statements">Its statements: those of the node in the order of their sequence, then those of recounts.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>What became of it.</returns>
    public RecountedStoredRun Recount(RunRecord record, IReadOnlyList<FootprintStatement> statements, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(statements);
        if (CodeCarbonConverter.IsCodeCarbonRun(record))
            return new(RecountResult.OfAnotherTool, null, null);
        var newest = FindNewest(statements);
        try
        {
            var known = newest is null ? history : new StatedIntensities(newest.Factors.Grid, history);
            var at = newest is not null && newest.AccountedAt > now ? newest.AccountedAt : now;
            var statement = _accountant.Account(record, FactorSelector.SelectFactors(record, known)).CreateStatement(at) with { RecountedBy = By };
            return newest is not null && StatementJson.AreSame(newest, statement) ? new(RecountResult.Unchanged, null, null)
                : new(RecountResult.Changed, statement, null);
        }
        catch (Exception error) when (error is ArgumentException or KeyNotFoundException or InvalidOperationException or OverflowException
            or Catalogs.UnknownNameException)
        {
            // A node can push a record that no accountant accepts; its figures stay, and the others are recounted.
            return new(RecountResult.Failed, null, error.Message.Split('\n')[0]);
        }
    }
}
