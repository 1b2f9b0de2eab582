using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tonne.Ledgers.RunFolders;
using Tonne.Runs;

namespace Tonne.Ledgers.ImportExport;

/// <summary>Adds the runs of another tool to a ledger, each once.</summary>
static class RunImporter
{
    /// <summary>Largest difference between the starts of two states of one run: timestamps are whole seconds.</summary>
    static readonly TimeSpan Rounding = TimeSpan.FromSeconds(2);

    internal static ImportOutcome Add(ImportedRuns foreign, LedgerHome home, IReadOnlyList<RunSummary> present)
    {
        var (added, known, problems) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>(), foreign.Problems.ToBuilder());
        var byTheirId = present.Where(run => run.Tags.ContainsKey(CodeCarbonColumn.RunIdTag)).ToLookup(GetKey, StringComparer.Ordinal);
        foreach (var run in foreign.Runs)
        {
            var record = run.Entry.Record;
            var opening = record.Opening;
            var folder = home.GetRunFolder(opening.Id);
            if (Directory.Exists(folder.Location))
            {
                known.Add(opening.Id);
                continue;
            }

            // A row that this ledger exported is that run, not a new one.
            if (opening.Tags.GetValueOrDefault(CodeCarbonColumn.RunIdTag) is { } theirs && present.FirstOrDefault(other => other.Id == theirs) is { } own)
            {
                known.Add(own.Id);
                continue;
            }

            if (opening.Tags.ContainsKey(CodeCarbonColumn.RunIdTag)
                && byTheirId[GetKey(RunSummary.FromOpening(opening))].FirstOrDefault(other => (other.StartedAt - opening.StartedAt).Duration() <= Rounding) is { } earlier)
            {
                known.Add(earlier.Id);
                problems.Add(new(earlier.Id, folder.Location, $"is another state of run {earlier.Id} (line {run.Line} of its file), which was imported before and was not changed", "Remove that run's folder and import again if the newer state is to count."));
                continue;
            }

            Write(run, record, folder);
            added.Add(opening.Id);
        }

        return new(added.ToImmutable(), known.ToImmutable(), problems.ToImmutable());
    }

    static string GetKey(RunSummary run) => run.Tags.GetValueOrDefault(CodeCarbonColumn.RunIdTag) + "\n" + run.Tags.GetValueOrDefault(CodeCarbonColumn.TaskTag);

    static void Write(ImportedRun run, RunRecord record, RunFolder folder)
    {
        var year = Path.GetDirectoryName(folder.Location)!;
        var fresh = new RunFolder(folder.Id, Path.Combine(year, ".import-" + folder.Id));
        try
        {
            if (Directory.Exists(fresh.Location))
                Directory.Delete(fresh.Location, recursive: true);
            Directory.CreateDirectory(fresh.Location);
            DurableFile.Append(fresh.OriginPath, Encoding.UTF8.GetBytes(run.Origin));
            foreach (var statement in run.Entry.Statements)
                fresh.Append(statement);
            DurableFile.Append(fresh.RecordPath, ChecksummedLine.Write("record", JsonSerializer.SerializeToUtf8Bytes(record, RunJson.Default.RunRecord)));
            Directory.Move(fresh.Location, folder.Location);
            DurableFile.SyncFolder(year);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(folder.Location, error);
        }
    }
}
