using System.Globalization;
using Tonne.Ledgers.Folders;
using Tonne.Runs;

namespace Tonne.Ledgers.Indexing;

/// <summary>Reads the summary of a run from its folder. Never fails: what is wrong is told in the summary.</summary>
static class SummaryReader
{
    internal static RunSummary Read(RunFolder folder, HolderProcess processes, DateTimeOffset now)
    {
        try
        {
            return folder.IsClosed ? Closed(folder) : Open(folder, processes, now);
        }
        catch (LedgerDamagedException error)
        {
            return Unread(folder, error.Problem);
        }
        catch (LedgerUnavailableException error)
        {
            return Unread(folder, new(folder.Id, error.Place, error.Reason, error.Advice));
        }
    }

    static RunSummary Closed(RunFolder folder)
    {
        var record = folder.ReadRecord();
        var stored = folder.ReadStatements();
        var trouble = stored.Problems.FirstOrDefault()
            ?? (stored.Statements.IsEmpty ? new LedgerProblem(folder.Id, folder.Statements, "holds no statement", "`tonne ledger recount` states the run again.") : null);
        return RunSummary.Of(record, new(stored.Statements.Length, stored.Statements.LastOrDefault()), trouble);
    }

    static RunSummary Open(RunFolder folder, HolderProcess processes, DateTimeOffset now)
    {
        if (folder.Opening() is not { } opening)
            return Unread(folder, new(folder.Id, folder.Trace, "has no opening that can be read", "`tonne ledger verify` says more; the folder is left as it is."));
        if (folder.IsAlive(processes, now))
            return RunSummary.OfOpening(opening) with { Status = RunStatus.Running };
        return RunSummary.OfOpening(opening) with
        {
            Status = RunStatus.Interrupted,
            Trouble = new(folder.Id, folder.Record, "is missing: the run was not closed", "A `tonne` that may write here closes it from its trace."),
        };
    }

    /// <summary>What the folder's name tells, and the opening if it can be read.</summary>
    static RunSummary Unread(RunFolder folder, LedgerProblem problem)
    {
        if (folder.Opening() is { } opening && opening.Id == folder.Id)
            return RunSummary.OfOpening(opening) with { Trouble = problem };
        var at = DateTimeOffset.ParseExact(folder.Id.AsSpan(0, 15), "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new RunSummary { Id = folder.Id, Name = folder.Id, StartedAt = at, Trouble = problem };
    }
}
