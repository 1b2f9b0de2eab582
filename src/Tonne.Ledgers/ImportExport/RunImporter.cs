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

    // Runs written between two synchronisations of the disk: a crash can lose so many, and the next import adds them.
    const int BatchSize = 512;

    /// <summary>Adds the runs that the ledger does not have, in batches; each appears whole or not at all.</summary>
    /// <param name="foreign">The runs.</param>
    /// <param name="home">The ledger.</param>
    /// <param name="present">The runs that it has.</param>
    /// <param name="reportDone">Called with the number of runs done so far; null for none.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written; batches written before stay.</exception>
    internal static ImportOutcome Add(ImportedRuns foreign, LedgerHome home, IReadOnlyList<RunSummary> present, Action<int>? reportDone)
    {
        var (added, known, problems) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>(), foreign.Problems.ToBuilder());
        var ids = present.Select(run => run.Id).ToHashSet(StringComparer.Ordinal);
        var byForeignId = present.Where(run => run.Tags.ContainsKey(CodeCarbonColumn.RunIdTag)).ToLookup(GetKey, StringComparer.Ordinal);
        var batch = new List<(RunFolder Folder, ImportedRun Run)>(BatchSize);
        var done = 0;
        foreach (var run in foreign.Runs)
        {
            done++;
            var opening = run.Entry.Record.Opening;
            var folder = home.GetRunFolder(opening.Id);
            if (ids.Contains(opening.Id) || Directory.Exists(folder.Location))
            {
                known.Add(opening.Id);
                continue;
            }

            var foreignId = opening.Tags.GetValueOrDefault(CodeCarbonColumn.RunIdTag);
            // A row that this ledger exported is that run, not a new one.
            if (foreignId is not null && ids.Contains(foreignId))
            {
                known.Add(foreignId);
                continue;
            }

            if (foreignId is not null
                && byForeignId[GetKey(RunSummary.FromOpening(opening))].FirstOrDefault(other => (other.StartedAt - opening.StartedAt).Duration() <= Rounding) is { } earlier)
            {
                known.Add(earlier.Id);
                problems.Add(new(earlier.Id, folder.Location, $"is another state of run {earlier.Id} (line {run.Line} of its file), which was imported before and was not changed", "Remove that run's folder and import again if the newer state is to count."));
                continue;
            }

            batch.Add((folder, run));
            added.Add(opening.Id);
            if (batch.Count == BatchSize)
                Write(batch, home);
            reportDone?.Invoke(done);
        }

        Write(batch, home);
        return new(added.ToImmutable(), known.ToImmutable(), problems.ToImmutable());
    }

    static string GetKey(RunSummary run) => run.Tags.GetValueOrDefault(CodeCarbonColumn.RunIdTag) + "\n" + run.Tags.GetValueOrDefault(CodeCarbonColumn.TaskTag);

    /// <summary>Writes the runs beside their places, synchronises them to the disk, then moves each to its place.</summary>
    static void Write(List<(RunFolder Folder, ImportedRun Run)> batch, LedgerHome home)
    {
        if (batch.Count == 0)
            return;
        try
        {
            home.Create();
            var fresh = batch.ConvertAll(item => WriteFiles(item.Folder, item.Run));
            if (!DurableFile.SyncFileSystem(home.Root))
                fresh.ForEach(folder => Synchronise(folder.Location));
            for (var i = 0; i < batch.Count; i++)
                Directory.Move(fresh[i].Location, batch[i].Folder.Location);
            foreach (var year in batch.Select(item => GetYearFolder(item.Folder)).Distinct(StringComparer.Ordinal))
                DurableFile.SyncFolder(year);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(home.Root, error);
        }

        batch.Clear();
    }

    static RunFolder WriteFiles(RunFolder folder, ImportedRun run)
    {
        var fresh = new RunFolder(folder.Id, Path.Combine(GetYearFolder(folder), ".import-" + folder.Id));
        if (Directory.Exists(fresh.Location))
            Directory.Delete(fresh.Location, recursive: true);
        LedgerPermissions.CreateFolder(fresh.Location);
        DurableFile.WriteUnsynchronised(fresh.OriginPath, Encoding.UTF8.GetBytes(run.Origin));
        using (var statements = new MemoryStream())
        {
            foreach (var statement in run.Entry.Statements)
                statements.Write(ChecksummedLine.Write("statement", StatementJson.ToBytes(statement)));
            DurableFile.WriteUnsynchronised(fresh.StatementsPath, statements.ToArray());
        }

        DurableFile.WriteUnsynchronised(fresh.RecordPath, ChecksummedLine.Write("record", JsonSerializer.SerializeToUtf8Bytes(run.Entry.Record, RunJson.Default.RunRecord)));
        return fresh;
    }

    static void Synchronise(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
        }

        DurableFile.SyncFolder(folder);
    }

    static string GetYearFolder(RunFolder folder) => Path.GetDirectoryName(folder.Location)!;
}
