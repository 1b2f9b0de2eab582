using System.Globalization;
using Tonne.Ledgers.RunFolders;
using Tonne.Runs;

namespace Tonne.Ledgers.Indexing;

/// <summary>Reads the summary of a run from its folder. It never throws: a problem is part of the summary.</summary>
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
            ?? (stored.Statements.IsEmpty ? new LedgerProblem(folder.Id, folder.StatementsPath, "has no statement", "`tonne ledger recount` adds one.") : null);
        return RunSummary.FromRecord(record, new(stored.Statements.Length, stored.Statements.LastOrDefault()), trouble);
    }

    static RunSummary ReadOpen(RunFolder folder, HolderProcessChecker processes, DateTimeOffset now)
    {
        if (folder.ReadOpening() is not { } opening)
            return CreateUnreadable(folder, new(folder.Id, folder.TracePath, "has no opening that can be read", "`tonne ledger verify` shows more; the folder is not changed."));
        if (folder.IsAlive(processes, now))
            return RunSummary.FromOpening(opening) with { Status = RunStatus.Running };
        return RunSummary.FromOpening(opening) with
        {
            Status = RunStatus.Interrupted,
            AwaitsClosing = true,
            Trouble = new(folder.Id, folder.RecordPath, "is missing: the run was not closed", "It is closed from its trace by the next `tonne` with permission to write here."),
        };
    }

    /// <summary>A summary from the folder's name, and the opening if it can be read.</summary>
    static RunSummary CreateUnreadable(RunFolder folder, LedgerProblem problem)
    {
        if (folder.ReadOpening() is { } opening && opening.Id == folder.Id)
            return RunSummary.FromOpening(opening) with { Trouble = problem };
        var at = DateTimeOffset.ParseExact(folder.Id.AsSpan(0, 15), "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new RunSummary { Id = folder.Id, Name = folder.Id, StartedAt = at, Trouble = problem };
    }
}
