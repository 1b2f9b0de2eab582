using System.Globalization;
using Tonne.Ledgers.Folders;
using Tonne.Runs;

namespace Tonne.Ledgers.Indexing;

/// <summary>Reads the summary of a run from its folder. Never fails: what is wrong is told in the summary.</summary>
static class SummaryReader
{
    internal static RunSummary Read(RunFolder folder, HolderProcessChecker processes, DateTimeOffset now)
    {
        try
        {
            return folder.IsClosed ? ReadClosed(folder) : ReadOpen(folder, processes, now);
        }
        catch (LedgerDamagedException error)
        {
            return CreateUnreadable(folder, error.Problem);
        }
        catch (LedgerUnavailableException error)
        {
            return CreateUnreadable(folder, new(folder.Id, error.Place, error.Reason, error.Advice));
        }
    }

    static RunSummary ReadClosed(RunFolder folder)
    {
        var record = folder.ReadRecord();
        var stored = folder.ReadStatements();
        var trouble = stored.Problems.FirstOrDefault()
            ?? (stored.Statements.IsEmpty ? new LedgerProblem(folder.Id, folder.StatementsPath, "holds no statement", "`tonne ledger recount` states the run again.") : null);
        return RunSummary.FromRecord(record, new(stored.Statements.Length, stored.Statements.LastOrDefault()), trouble);
    }

    static RunSummary ReadOpen(RunFolder folder, HolderProcessChecker processes, DateTimeOffset now)
    {
        if (folder.ReadOpening() is not { } opening)
            return CreateUnreadable(folder, new(folder.Id, folder.TracePath, "has no opening that can be read", "`tonne ledger verify` says more; the folder is left as it is."));
        if (folder.IsAlive(processes, now))
            return RunSummary.FromOpening(opening) with { Status = RunStatus.Running };
        return RunSummary.FromOpening(opening) with
        {
            Status = RunStatus.Interrupted,
            Trouble = new(folder.Id, folder.RecordPath, "is missing: the run was not closed", "A `tonne` that may write here closes it from its trace."),
        };
    }

    /// <summary>What the folder's name tells, and the opening if it can be read.</summary>
    static RunSummary CreateUnreadable(RunFolder folder, LedgerProblem problem)
    {
        if (folder.ReadOpening() is { } opening && opening.Id == folder.Id)
            return RunSummary.FromOpening(opening) with { Trouble = problem };
        var at = DateTimeOffset.ParseExact(folder.Id.AsSpan(0, 15), "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new RunSummary { Id = folder.Id, Name = folder.Id, StartedAt = at, Trouble = problem };
    }
}
