using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Pushing;

/// <summary>What a server is known to have of this ledger: <c>push/SERVER.jsonl</c>, one line with a checksum for each change.</summary>
/// <remarks>
/// It may be lost or damaged: what it does not say is offered again, which changes nothing at the server. A damaged line is ignored; the
/// line of a run before
/// it counts. The file is written anew when most of its lines are outdated.
/// </remarks>
sealed class PushState
{
    const string LineName = "push";

    // Below this number of lines a file is never worth writing anew.
    const int FewLines = 1000;

    readonly string _server;
    readonly Dictionary<string, PushNote> _runs = new(StringComparer.Ordinal);
    readonly HashSet<string> _dropped = new(StringComparer.Ordinal);
    int _lines;

    PushState(string path, string server) => (Path, _server) = (path, server);

    /// <summary>The file.</summary>
    internal string Path { get; }

    /// <summary>Address of the server.</summary>
    internal string Server => _server;

    /// <summary>What is known of each run.</summary>
    internal IReadOnlyDictionary<string, PushNote> Runs => _runs;

    /// <summary>Number of runs that were dropped.</summary>
    internal int Dropped => _dropped.Count;

    /// <summary>Path of the state of a server: its address may have characters that a file name cannot.</summary>
    internal static string GetPath(LedgerHome home, string server) =>
        System.IO.Path.Combine(
            home.Root, "push", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(server)))[..16] + ".jsonl");

    /// <summary>Reads the state; what cannot be read is as if it were not there.</summary>
    /// <exception cref="LedgerUnavailableException">The file exists and cannot be read.</exception>
    internal static PushState Read(LedgerHome home, string server)
    {
        var state = new PushState(GetPath(home, server), server);
        foreach (var line in CheckedFile.ReadLines(state.Path, LineName))
        {
            state._lines++;
            if (line is { } json && Parse(json.Span) is { } note)
                state.Apply(note);
        }

        return state;
    }

    static PushNote? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, PushStateJson.Default.PushNote);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    void Apply(PushNote note)
    {
        if (LedgerHome.IsRunId(note.Run) && note is { Lines: >= 0, Bytes: >= 0 })
            _runs[note.Run!] = note.Refused.IsDefault ? note with { Refused = [] } : note;
        else if (LedgerHome.IsRunId(note.Dropped))
            _dropped.Add(note.Dropped!);
    }

    /// <summary>Keeps notes, on the disk when this returns. They count even if they cannot be written.</summary>
    /// <exception cref="LedgerUnavailableException">They cannot be written; without them the lines are offered again after a
    /// restart.</exception>
    internal void Add(IReadOnlyCollection<PushNote> notes)
    {
        foreach (var note in notes)
            Apply(note);
        if (notes.Count == 0)
            return;
        CheckedFile.CreateFolder(Path);
        if (_lines == 0 || !File.Exists(Path))
        {
            WriteAnew();
            return;
        }

        DurableFile.Append(Path, Join(notes));
        _lines += notes.Count;
        if (_lines > FewLines + (2 * (_runs.Count + _dropped.Count)))
            WriteAnew();
    }

    /// <summary>Forgets what the server has, so that all is offered again.</summary>
    /// <exception cref="LedgerUnavailableException">The file cannot be written.</exception>
    internal void Clear()
    {
        _runs.Clear();
        CheckedFile.CreateFolder(Path);
        WriteAnew();
    }

    /// <summary>Forgets runs that are no longer in the ledger; the file follows when it is next written anew.</summary>
    internal void Forget(IEnumerable<string> runs)
    {
        foreach (var run in runs)
            _runs.Remove(run);
    }

    void WriteAnew()
    {
        List<PushNote> notes = [new() { Format = PushNote.CurrentFormat, Server = _server }, .. _dropped.Order(StringComparer.Ordinal)
            .Select(id => new PushNote { Dropped = id }), .. _runs.Values];
        DurableFile.Replace(Path, Join(notes));
        _lines = notes.Count;
    }

    static byte[] Join(IEnumerable<PushNote> notes) =>
        [.. notes.SelectMany(
            note => ChecksummedLine.Write(LineName, JsonSerializer.SerializeToUtf8Bytes(note, PushStateJson.Default.PushNote)))];
}
