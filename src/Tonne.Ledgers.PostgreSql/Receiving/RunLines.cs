using Tonne.Accounting;
using Tonne.Ledgers.Pushing;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Receiving;

/// <summary>What the lines of a run make.</summary>
static class RunLines
{
    /// <summary>The summary of a run, whatever its lines have.</summary>
    /// <remarks>
    /// A line is kept once its checksum is right, so a node can push figures that no accountant states, such as a negative idle energy. Such a run is
    /// listed without figures; it does not keep the node from pushing its others.
    /// </remarks>
    /// <param name="record">The record.</param>
    /// <param name="statements">The statements by their sequence.</param>
    public static RunSummary Summarize(RunRecord record, IReadOnlyList<FootprintStatement> statements)
    {
        try
        {
            return PushedRun.Summarize(record, statements);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            return PushedRun.Summarize(record, []) with
            {
                Statements = statements.Count,
                Trouble = new LedgerProblem(record.Opening.Id, "statements.jsonl", $"has figures that cannot be ({error.Message})",
                    "`tonne ledger verify` on its node shows more."),
            };
        }
    }
}
