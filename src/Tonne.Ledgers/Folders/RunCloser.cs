using Tonne.Accounting;
using Tonne.Ledgers.Auditing;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Folders;

/// <summary>Closes a run that its holder did not live to close: whoever comes next does it, from the trace.</summary>
static class RunCloser
{
    /// <summary>Closes a dead run.</summary>
    /// <returns>What became of it; null if it lives, is closed, or is being closed by another process.</returns>
    internal static ClosedRun? Close(RunFolder folder, HolderProcessChecker processes, DateTimeOffset now, Func<RunRecord, FootprintStatement> account)
    {
        const string alone = "It is left as it is, and never deleted: look at it, and remove the folder yourself if it is of no use.";
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
        var (record, wrong) = RunAudit.Fold(folder);
        if (record is null)
            return Problem(folder.TracePath, wrong ?? "cannot be folded");
        if (CreateTruncationWarning(folder, survey, opening) is { } warning)
            record = record with { Warnings = record.Warnings.Add(warning) };
        folder.Close(record, account(record));
        taken.Remove(folder.LockPath);
        return new ClosedRun(folder.Id, record, null);

        ClosedRun Problem(string file, string what) => new(folder.Id, null, new(folder.Id, file, what, alone));
    }

    /// <summary>A kill tears at most the block being written; if more than a sample is unreadable, it may have been another fault.</summary>
    static Warning? CreateTruncationWarning(RunFolder folder, TraceOverview survey, RunOpening opening)
    {
        var unread = new FileInfo(folder.TracePath).Length - survey.Length;
        return survey.IsTruncated && unread > 17 + (9 * opening.Meters.Length)
            ? new Warning("trace-torn", $"The last {unread} bytes of the trace are no whole block; what comes before is kept.") : null;
    }
}
