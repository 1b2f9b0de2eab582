using System.Text.Json;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Services.Imports;
using Tonne.Tests;

namespace Tonne.Services.Tests.Imports;

/// <summary>Transcripts made by hand, with a marker in each text that must appear nowhere else, and an empty ledger.</summary>
sealed class Transcripts : IDisposable
{
    /// <summary>In every text, command, title and path above a project.</summary>
    public const string Marker = "TEXT-MARKER";

    public static readonly DateTimeOffset Start = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    readonly string _folder = Directory.CreateTempSubdirectory("tonne-imports-").FullName;

    public Transcripts() => Directory.CreateDirectory(Projects);

    public string Projects => Path.Combine(_folder, "projects");

    public LedgerHome Home => new(Path.Combine(_folder, "home"));

    public HandTime Time { get; } = new(Start.AddHours(4));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>One line of an assistant's reply, as Claude Code writes it.</summary>
    public static string Reply(
        string id, string? request, long output, long input = 4, long cacheWrite = 0, long cacheRead = 0, double minutes = 0,
        string model = "claude-sonnet-4-5-20250929", string session = "session-1", string folder = "demo", bool isSidechain = false) =>
        JsonSerializer.Serialize(new
        {
            parentUuid = (string?)null,
            isSidechain,
            cwd = $"/home/{Marker}/{folder}",
            sessionId = session,
            gitBranch = Marker,
            type = "assistant",
            requestId = request,
            uuid = Guid.NewGuid(),
            timestamp = Start.AddMinutes(minutes).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null),
            message = new
            {
                id,
                type = "message",
                role = "assistant",
                model,
                content = new object[] { new { type = "text", text = Marker, usage = new { input_tokens = 999_999 } } },
                stop_reason = (string?)null,
                usage = new
                {
                    input_tokens = input,
                    cache_creation_input_tokens = cacheWrite,
                    cache_read_input_tokens = cacheRead,
                    cache_creation = new { ephemeral_5m_input_tokens = cacheWrite },
                    output_tokens = output,
                    service_tier = Marker,
                },
            },
        });

    /// <summary>A line of the user, with a tool's result that looks like a reply.</summary>
    public static string User() => JsonSerializer.Serialize(new
    {
        type = "user",
        message = new { role = "user", content = Marker },
        toolUseResult = new { usage = new { input_tokens = 777, output_tokens = 777 }, content = Marker },
    });

    /// <summary>The line that the program itself writes when a request fails.</summary>
    public static string FailedRequest() => JsonSerializer.Serialize(new
    {
        type = "assistant",
        isApiErrorMessage = true,
        timestamp = Start,
        message = new
        {
            id = "synthetic-1", model = "<synthetic>", content = Marker, usage = new { input_tokens = 0, output_tokens = 0 },
        },
    });

    public string Write(string name, params string[] lines) => WriteText(name, string.Join('\n', lines) + "\n");

    public string WriteText(string name, string text)
    {
        var path = Path.Combine(Projects, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public TokenImportOutcome Import(TokenImportOptions? options = null) =>
        new TokenImport(Home, options, Time).Run(new ClaudeCodeLog(), LogFolders.FindFiles(Projects));

    /// <summary>All rows of the ledger, added up.</summary>
    public CallSum ReadSum() => new CallLog(Home).Read().Rows.Aggregate(new CallSum(), (sum, row) => sum.Plus(row.Sum));

    /// <summary>All bytes that the ledger has, as text.</summary>
    public string ReadLedger() => !Directory.Exists(Home.Root) ? "" : string.Concat(
        Directory.GetFiles(Home.Root, "*", SearchOption.AllDirectories).Select(file => file + "\n" + File.ReadAllText(file)));
}
