using System.Globalization;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers.ImportExport;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording.Attribution;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.Auditing;

/// <summary>Checks one run: its trace block by block, its record against the trace, its statements against the record. Changes nothing.</summary>
static class RunAudit
{
    const string RestoreFromCopyRemedy = "Restore the run folder from a backup; the other runs are not affected.";

    internal static IEnumerable<LedgerProblem> Check(RunFolder folder, Accountant accountant)
    {
        TraceOverview? survey = null;
        if (File.Exists(folder.TracePath))
        {
            using (var stream = folder.OpenTrace())
                survey = TraceOverview.Scan(stream);
            if (survey.Opening is null)
                yield return new(folder.Id, folder.TracePath, survey.Damage is { } noOpening ? $"has no opening that can be read ({noOpening.TrimEnd('.')})" : "is empty", "Nothing is known of this run; the folder is not changed. " + RestoreFromCopyRemedy);
            else if (survey.Opening.Id != folder.Id)
                yield return new(folder.Id, folder.TracePath, $"is the trace of {survey.Opening.Id}", "Rename the folder to the id of its trace.");
            else if (survey.Damage is { } damage)
                yield return new(folder.Id, folder.TracePath, $"is damaged ({damage.TrimEnd('.')})", "The record has all figures; the trace supports them only up to the damage. " + RestoreFromCopyRemedy);
        }
        else if (RemovalNote.Check(folder) is { Exists: true } removal)
        {
            if (removal.Problem is { } unreadable)
                yield return new(folder.Id, folder.RemovalNotePath, unreadable,
                    "It says when the trace was removed. " + RestoreFromCopyRemedy);
        }
        else if (!File.Exists(folder.OriginPath) && !File.Exists(folder.ExportNotePath))
        {
            yield return new(folder.Id, folder.TracePath, "is missing", "The record can no longer be checked against its trace. " + RestoreFromCopyRemedy);
        }

        if (!folder.IsClosed)
        {
            if (survey?.Opening is not null)
                yield return new(folder.Id, folder.RecordPath, "is missing: the run was not closed", "`tonne list` closes it from its trace.");
            yield break;
        }

        RunRecord? record = null;
        LedgerProblem? unread = null;
        try
        {
            record = folder.ReadRecord();
        }
        catch (LedgerDamagedException error)
        {
            unread = error.Problem;
        }

        if (unread is not null)
            yield return unread;
        var stored = folder.ReadStatements();
        foreach (var problem in stored.Problems)
            yield return problem;
        if (stored.Statements.IsEmpty && stored.Problems.IsEmpty)
            yield return new(folder.Id, folder.StatementsPath, "has no statement", "`tonne ledger recount` adds a new statement.");
        if (record is null)
            yield break;
        if (survey is { Opening: not null, Damage: null })
        {
            foreach (var problem in CheckTrace(folder, record, survey))
                yield return problem;
        }
        else if (survey is null && File.Exists(folder.OriginPath))
        {
            foreach (var problem in CheckOrigin(folder, record))
                yield return problem;
        }

        for (var i = 0; i < stored.Statements.Length; i++)
        {
            foreach (var problem in CheckStatement(folder, record, stored.Statements[i], stored.Lines[i], accountant))
                yield return problem;
        }
    }

    static IEnumerable<LedgerProblem> CheckTrace(RunFolder folder, RunRecord record, TraceOverview survey)
    {
        const string remedy = "Record and trace differ; one of them was changed, or the rules of computing a record from a trace were. " + RestoreFromCopyRemedy;
        var (folded, wrong) = Fold(folder, survey.Opening);
        if (folded is null)
        {
            yield return new(folder.Id, folder.TracePath, wrong ?? "no record can be computed from it", RestoreFromCopyRemedy);
            yield break;
        }

        if (survey.Samples < record.Samples && !File.Exists(folder.ThinningNotePath))
            yield return new(folder.Id, folder.TracePath, string.Create(CultureInfo.InvariantCulture, $"can be read only up to sample {survey.Samples} of {record.Samples}"), RestoreFromCopyRemedy);
        else if (survey.Ending is null && record.ExitCode is not null)
            yield return new(folder.Id, folder.TracePath, "has no ending, but the record has", RestoreFromCopyRemedy);
        if (!File.Exists(folder.ThinningNotePath) || (survey.Samples == record.Samples && !IsThinned(folder)))
        {
            if (RecordComparison.FindDifferences(record, folded) is { Count: > 0 } differences)
                yield return new(folder.Id, folder.RecordPath, "differs from the record computed from its trace: " + FormatFirst(differences), remedy);
            yield break;
        }

        if (ThinningNote.Read(folder, out var unread) is not { } note)
        {
            yield return new(folder.Id, folder.ThinningNotePath, unread ?? "cannot be read", "It lists what was removed from the trace. " + RestoreFromCopyRemedy);
            yield break;
        }

        if (note.SamplesBefore != record.Samples || note.SamplesAfter != survey.Samples)
            yield return new(folder.Id, folder.ThinningNotePath, string.Create(CultureInfo.InvariantCulture, $"says {note.SamplesBefore} samples were thinned to {note.SamplesAfter}, but the record has {record.Samples} and the trace {survey.Samples}"), remedy);
        if (note.FindDifferences(folded) is { Count: > 0 } changed)
            yield return new(folder.Id, folder.TracePath, "gives another record than when it was thinned: " + FormatFirst(changed), remedy);
    }

    static IEnumerable<LedgerProblem> CheckOrigin(RunFolder folder, RunRecord record)
    {
        // A date such as 10/03/2024 was read in the order that the import was given. Most dates can be read in one way only.
        ImportedRun? again = null;
        foreach (var order in new DateOrder?[] { null, DateOrder.MonthFirst, DateOrder.DayFirst })
        {
            if (CodeCarbonCsv.Import(folder.OriginPath, default, order) is not { Problems: [], Runs: [var run] })
                continue;
            var isThisRun = run.Id == folder.Id;
            if (isThisRun || again is null)
                again = run;
            if (isThisRun)
                break;
        }

        if (again is null)
            yield return new(folder.Id, folder.OriginPath, "no longer has the row of this run", RestoreFromCopyRemedy);
        else if (RecordComparison.FindDifferences(record, again.CreateRecord()) is { Count: > 0 } differences)
            yield return new(folder.Id, folder.RecordPath, "differs from its row in origin.csv: " + FormatFirst(differences), RestoreFromCopyRemedy);
    }

    static IEnumerable<LedgerProblem> CheckStatement(RunFolder folder, RunRecord record, FootprintStatement statement, int line, Accountant accountant)
    {
        // A statement of another method version is not checked, because this version cannot compute it.
        if (statement.Method != Accountant.MethodVersion)
            yield break;
        var differences = new List<string>();
        try
        {
            var again = accountant.Account(record, statement.Factors).CreateStatement(statement.AccountedAt).Figures.ToDictionary(figure => figure.Name, StringComparer.Ordinal);
            foreach (var figure in statement.Figures)
            {
                if (!again.Remove(figure.Name, out var now))
                    differences.Add($"{figure.Name} is stated but not computed again");
                else if (!RecordComparison.AreEqual(figure.Bounds, now.Bounds) || figure.Unit != now.Unit || figure.Boundary != now.Boundary || figure.Quality != now.Quality)
                    differences.Add(string.Create(CultureInfo.InvariantCulture, $"{figure.Name} was stated as {figure.Bounds.Best} {figure.Unit} ({figure.Bounds.Low} to {figure.Bounds.High}; {figure.Boundary}) but is now {now.Bounds.Best} {now.Unit} ({now.Bounds.Low} to {now.Bounds.High}; {now.Boundary})"));
            }

            differences.AddRange(again.Keys.Select(name => $"{name} is not stated"));
        }
        catch (Exception error) when (error is ArgumentException or KeyNotFoundException or InvalidOperationException)
        {
            differences.Add(error.Message);
        }

        if (differences.Count > 0)
            yield return new(folder.Id, folder.StatementsPath, string.Create(CultureInfo.InvariantCulture, $"line {line} differs from what its factors give for the record: {FormatFirst(differences)}"), "`tonne ledger recount` adds a new statement beside it.");
    }

    /// <summary>Computes the record of a trace; null and the reason if that is impossible.</summary>
    /// <param name="folder">The folder with the trace.</param>
    /// <param name="opening">The opening, if the caller has read it.</param>
    internal static (RunRecord? Record, string? Wrong) Fold(RunFolder folder, RunOpening? opening = null)
    {
        try
        {
            return (RecordBuilder.Build(folder.OpenTrace, opening), null);
        }
        catch (Exception error) when (error is TraceDamagedException or JsonException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            return (null, $"no record can be computed from it ({error.Message.TrimEnd('.')})");
        }
    }

    /// <summary>
    /// Whether the trace is thinned. A note beside a complete trace was left by a crash just before the traces were exchanged.
    /// </summary>
    internal static bool IsThinned(RunFolder folder)
    {
        if (!File.Exists(folder.ThinningNotePath))
            return false;
        using var stream = folder.OpenTrace();
        return ThinningNote.Read(folder, out _) is not { } note || note.SamplesAfter == note.SamplesBefore || TraceOverview.Scan(stream).Samples != note.SamplesBefore;
    }

    static string FormatFirst(IReadOnlyList<string> differences) =>
        string.Join("; ", differences.Take(4)) + (differences.Count > 4 ? string.Create(CultureInfo.InvariantCulture, $"; and {differences.Count - 4} more") : "");
}
