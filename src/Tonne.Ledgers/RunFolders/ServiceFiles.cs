using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Tonne.Ledgers.RunFolders;

/// <summary>The files of recorded services, <c>services/NAME</c>, as far as a ledger must know them: checked, and merged with their
/// runs.</summary>
/// <remarks>
/// What they mean is known to the recorder of services (docs/formats/service.md). Merged are final hours only: looks have the state of the
/// counters of a server, from which a recorder here would go on, and count requests of another server.
/// </remarks>
static class ServiceFiles
{
    const string HoursEnvelope = "service";
    const string LookEnvelope = "look";

    /// <summary>What is wrong with the files of all services.</summary>
    internal static IEnumerable<LedgerProblem> Check(LedgerHome home)
    {
        foreach (var service in ListServices(home))
        {
            var name = Path.GetFileName(service);
            foreach (var path in ListFiles(service, "hours", "*.json"))
            {
                if (CheckHours(home, name, path) is { } problem)
                    yield return problem;
            }

            foreach (var path in ListFiles(service, "looks", "*.jsonl"))
            {
                if (CountDamagedLooks(path) is > 0 and var damaged)
                {
                    yield return new(GetRun(path), path, string.Create(CultureInfo.InvariantCulture, $"{damaged} lines are damaged"),
                        "All other lines count; requests of the damaged ones are not known. Restore the file from a backup, or leave "
                            + "it: it is removed 48 hours after its run.");
                }
            }
        }
    }

    /// <summary>Copies the final hours of runs that both ledgers have.</summary>
    /// <param name="from">The other ledger.</param>
    /// <param name="to">This one.</param>
    /// <param name="runs">Runs that are the same in both, after the merge.</param>
    /// <param name="skipped">Receives what was not copied.</param>
    /// <param name="conflicts">Receives hours that differ.</param>
    /// <returns>The number of runs whose hours were copied.</returns>
    internal static int Merge(
        LedgerHome from, LedgerHome to, IReadOnlySet<string> runs, ImmutableArray<LedgerProblem>.Builder skipped,
            ImmutableArray<LedgerProblem>.Builder conflicts)
    {
        var added = 0;
        foreach (var service in ListServices(from))
        {
            var name = Path.GetFileName(service);
            var files = ListFiles(service, "hours", "*.json").Concat(ListFiles(service, "looks", "*.jsonl"))
                .GroupBy(GetRun, StringComparer.Ordinal);
            foreach (var file in files.Where(file => runs.Contains(file.Key)))
            {
                var (theirs, ours) = (Path.Combine(service, "hours", file.Key + ".json"),
                    Path.Combine(to.Root, "services", name, "hours", file.Key + ".json"));
                if (CheckedFile.Read(theirs, HoursEnvelope) is not { } json || !IsFinal(json))
                {
                    skipped.Add(new(file.Key, theirs, $"the hours of the service {name} in this run are not complete, or damaged",
                        $"Compute them with 'tonne service show {name}' on that ledger, and merge again."));
                }
                else if (CheckedFile.Read(ours, HoursEnvelope) is not { } known || !IsFinal(known))
                {
                    CheckedFile.Replace(ours, HoursEnvelope, json.Span);
                    added++;
                }
                else if (!known.Span.SequenceEqual(json.Span))
                {
                    conflicts.Add(
                        new(file.Key, ours, $"differs from {theirs}", "Neither was changed: keep the right one, and move the other away."));
                }
            }
        }

        return added;
    }

    static LedgerProblem? CheckHours(LedgerHome home, string name, string path)
    {
        var run = GetRun(path);
        if (CheckedFile.Read(path, HoursEnvelope) is null)
        {
            return new(run, path, "does not match its checksum",
                File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "..", "looks", run + ".jsonl"))
                ? $"'tonne service show {name}' computes it again, as long as the trace of the run is whole."
                : "Restore it from a backup. The run has the energy still; without this file the requests of its time are lost.");
        }

        return Directory.Exists(home.GetRunFolder(run).Location) ? null
            : new(run, path, "the run that has its energy is not in the ledger",
                "Merge the ledger that has the run, or remove the file: it is in no figure.");
    }

    /// <summary>Damaged lines, without a last one that a kill has cut or that is being written.</summary>
    static int CountDamagedLooks(string path)
    {
        var (damaged, isLastDamaged) = (0, false);
        foreach (var line in CheckedFile.ReadLines(path, LookEnvelope))
        {
            isLastDamaged = line is null;
            damaged += isLastDamaged ? 1 : 0;
        }

        return isLastDamaged && !EndsInLine(path) ? damaged - 1 : damaged;
    }

    static bool EndsInLine(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length == 0)
                return true;
            stream.Seek(-1, SeekOrigin.End);
            return stream.ReadByte() == '\n';
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    static bool IsFinal(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("is_final", out var isFinal) && isFinal.ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static string GetRun(string path) => Path.GetFileNameWithoutExtension(path);

    static IEnumerable<string> ListServices(LedgerHome home)
    {
        var root = Path.Combine(home.Root, "services");
        try
        {
            return Directory.Exists(root) ? Directory.GetDirectories(root).Order(StringComparer.Ordinal) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(root, error);
        }
    }

    static IEnumerable<string> ListFiles(string service, string folder, string pattern)
    {
        var path = Path.Combine(service, folder);
        try
        {
            return Directory.Exists(path)
                ? Directory.GetFiles(path, pattern).Where(static file => LedgerHome.IsRunId(GetRun(file))).Order(StringComparer.Ordinal)
                    : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }
}
