using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tonne.Accounting;
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
    internal static ImportOutcome Add(ImportedRuns foreign, LedgerHome home, IEnumerable<RunSummary> present, Action<int>? reportDone)
    {
        var (added, known, problems) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>(), foreign.Problems.ToBuilder());
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var byForeignId = new Dictionary<string, List<(string Id, DateTimeOffset StartedAt)>>(StringComparer.Ordinal);
        foreach (var run in present)
        {
            ids.Add(run.Id);
            if (!run.Tags.ContainsKey(CodeCarbonColumn.RunIdTag))
                continue;
            var key = GetKey(run.Tags);
            if (!byForeignId.TryGetValue(key, out var states))
                byForeignId[key] = states = [];
            states.Add((run.Id, run.StartedAt));
        }

        var batch = new List<(RunFolder Folder, RunFolder Fresh)>(BatchSize);
        var done = 0;
        foreach (var run in foreign.Runs)
        {
            done++;
            var folder = home.GetRunFolder(run.Id);
            if (ids.Contains(run.Id) || Directory.Exists(folder.Location))
            {
                known.Add(run.Id);
                continue;
            }

            var entry = run.Entry;
            var opening = entry.Record.Opening;
            var foreignId = opening.Tags.GetValueOrDefault(CodeCarbonColumn.RunIdTag);
            // A row that this ledger exported is that run, not a new one.
            if (foreignId is not null && ids.Contains(foreignId))
            {
                known.Add(foreignId);
                continue;
            }

            if (foreignId is not null && byForeignId.TryGetValue(GetKey(opening.Tags), out var states)
                && states.FirstOrDefault(other => (other.StartedAt - opening.StartedAt).Duration() <= Rounding) is { Id: { } earlier })
            {
                known.Add(earlier);
                problems.Add(new(earlier, folder.Location, $"is another state of run {earlier} (line {run.Line} of its file), which was imported before and was not changed", "Remove that run's folder and import again if the newer state is to count."));
                continue;
            }

            batch.Add((folder, WriteBeside(folder, entry, run.Origin, home)));
            added.Add(run.Id);
            if (batch.Count == BatchSize)
                MoveToPlaces(batch, home);
            reportDone?.Invoke(done);
        }

        MoveToPlaces(batch, home);
        return new(added.ToImmutable(), known.ToImmutable(), problems.ToImmutable());
    }

    static string GetKey(IReadOnlyDictionary<string, string> tags) => tags.GetValueOrDefault(CodeCarbonColumn.RunIdTag) + "\n" + tags.GetValueOrDefault(CodeCarbonColumn.TaskTag);

    /// <summary>Synchronises runs that were written beside their places to the disk, then moves each to its place.</summary>
    static void MoveToPlaces(List<(RunFolder Folder, RunFolder Fresh)> batch, LedgerHome home)
    {
        if (batch.Count == 0)
            return;
        try
        {
            if (!DurableFile.SyncFileSystem(home.Root))
                batch.ForEach(run => Synchronise(run.Fresh.Location));
            foreach (var (folder, fresh) in batch)
                Directory.Move(fresh.Location, folder.Location);
            foreach (var year in batch.Select(run => GetYearFolder(run.Folder)).Distinct(StringComparer.Ordinal))
                DurableFile.SyncFolder(year);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(home.Root, error);
        }

        batch.Clear();
    }

    /// <summary>Writes a run beside its place, without synchronising it.</summary>
    static RunFolder WriteBeside(RunFolder folder, LedgerEntry entry, string origin, LedgerHome home)
    {
        try
        {
            home.Create();
            var fresh = new RunFolder(folder.Id, Path.Combine(GetYearFolder(folder), ".import-" + folder.Id));
            if (Directory.Exists(fresh.Location))
                Directory.Delete(fresh.Location, recursive: true);
            LedgerPermissions.CreateFolder(fresh.Location);
            DurableFile.WriteUnsynchronised(fresh.OriginPath, Encoding.UTF8.GetBytes(origin));
            using (var statements = new MemoryStream())
            {
                foreach (var statement in entry.Statements)
                    statements.Write(ChecksummedLine.Write("statement", StatementJson.ToBytes(statement)));
                DurableFile.WriteUnsynchronised(fresh.StatementsPath, statements.ToArray());
            }

            DurableFile.WriteUnsynchronised(fresh.RecordPath, ChecksummedLine.Write("record", JsonSerializer.SerializeToUtf8Bytes(entry.Record, RunJson.Default.RunRecord)));
            return fresh;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(home.Root, error);
        }
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
