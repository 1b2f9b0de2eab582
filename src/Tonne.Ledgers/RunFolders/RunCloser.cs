using Tonne.Accounting;
using Tonne.Ledgers.Auditing;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.RunFolders;

/// <summary>Closes a run whose recorder was killed, from its trace. The next process that opens the ledger does it.</summary>
static class RunCloser
{
    /// <summary>Closes a dead run.</summary>
    /// <returns>The result; null if the run is alive, closed, or being closed by another process.</returns>
    internal static ClosedRun? Close(RunFolder folder, HolderProcessChecker processes, DateTimeOffset now, Func<RunRecord, FootprintStatement> account)
    {
        const string alone = "It is neither changed nor deleted: inspect it, and remove the folder if you do not need it.";
        if (folder.IsClosed || folder.IsAlive(processes, now))
            return null;
        if (!File.Exists(folder.TracePath))
            return Problem(folder.Location, "has neither a trace nor a record");
        if (new FileInfo(folder.TracePath).Length == 0)
            return Problem(folder.TracePath, "is empty");
        TraceOverview survey;
        using (var stream = folder.OpenTrace())
            survey = TraceOverview.Scan(stream);
        if (survey.Opening is not { } opening)
            return Problem(folder.TracePath, $"has no opening that can be read ({(survey.Damage ?? "it was cut short").TrimEnd('.')})");
        if (opening.Id != folder.Id)
            return Problem(folder.TracePath, $"is the trace of {opening.Id}");
        using var taken = RunLock.TryTake(folder.LockPath);
        if (taken is null || folder.IsClosed)
            return null;
        var (record, wrong) = RunAudit.Fold(folder, opening);
        if (record is null)
            return Problem(folder.TracePath, wrong ?? "no record can be computed from it");
        if (CreateTruncationWarning(folder, survey, opening) is { } warning)
            record = record with { Warnings = record.Warnings.Add(warning) };
        folder.Close(record, account(record));
        taken.Remove(folder.LockPath);
        return new ClosedRun(folder.Id, record, null);

        ClosedRun Problem(string file, string what) => new(folder.Id, null, new(folder.Id, file, what, alone));
    }

    /// <summary>A kill truncates at most the block being written; if more than a sample is unreadable, the cause may be another.</summary>
    static Warning? CreateTruncationWarning(RunFolder folder, TraceOverview survey, RunOpening opening)
    {
        var unread = new FileInfo(folder.TracePath).Length - survey.Length;
        return survey.IsTruncated && unread > 17 + (9 * opening.Meters.Length)
            ? new Warning("trace-torn", $"The last {unread} bytes of the trace are an incomplete block; everything before them is used.") : null;
    }
}
