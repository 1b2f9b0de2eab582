using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Agents;

/// <summary>Coding agents from end to end: transcripts imported, shown by commit of a real repository, and a status line.</summary>
public sealed class AgentTrials : IDisposable
{
    const string Marker = "TEXT-MARKER";

    // A day ago: commits and replies lie around it.
    static readonly DateTimeOffset _start = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(-1).AddHours(9), TimeSpan.Zero);

    readonly TonneCommand _tonne = new();

    public void Dispose() => _tonne.Dispose();

    string Repository => Path.Combine(_tonne.Folder, Marker, "shop");

    string Reply(string id, int output, int minutes, int cacheRead = 0, string session = "s1") => JsonSerializer.Serialize(new
    {
        type = "assistant",
        timestamp = _start.AddMinutes(minutes),
        sessionId = session,
        cwd = Path.Combine(Repository, "src"),
        requestId = "r-" + id,
        message = new
        {
            id,
            model = "claude-opus-4-5-20251101",
            content = Marker,
            usage = new
            {
                input_tokens = 3, cache_creation_input_tokens = 500, cache_read_input_tokens = cacheRead, output_tokens = output,
            },
        },
    }) + "\n";

    async Task MakeRepositoryAsync(params int[] minutes)
    {
        Directory.CreateDirectory(Path.Combine(Repository, "src"));
        _tonne.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        foreach (var role in new[] { "AUTHOR", "COMMITTER" })
            (_tonne.Environment[$"GIT_{role}_NAME"], _tonne.Environment[$"GIT_{role}_EMAIL"]) = ("A", "a@example.org");
        (await _tonne.RunOtherAsync("git", "-C", Repository, "init", "-q")).Expect(0);
        foreach (var minute in minutes)
        {
            _tonne.Environment["GIT_COMMITTER_DATE"] = _start.AddMinutes(minute).ToString("yyyy-MM-dd'T'HH:mm:ssK", null);
            (await _tonne.RunOtherAsync("git", "-C", Repository, "commit", "-q", "--allow-empty", "-m", Marker)).Expect(0);
        }
    }

    string Transcript(string name, string text)
    {
        var path = Path.Combine(_tonne.Folder, ".claude", "projects", "-p", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    async Task<JsonNode> CallsAsync(params string[] words) =>
        JsonNode.Parse((await _tonne.RunAsync(["calls", .. words, "--json"])).Expect(0).Output)!;

    [Fact]
    public async Task Replies_are_counted_once_and_shown_by_the_commit_that_followed()
    {
        await MakeRepositoryAsync(30, 60);
        // Three lines of one reply, a resumed copy of it, and a reply after the last commit.
        Transcript("s1.jsonl", Reply("a", 1, 10) + Reply("a", 40, 11) + Reply("a", 200, 12) + Reply("b", 70, 45, cacheRead: 9_000));
        Transcript("s2.jsonl", Reply("a", 200, 12) + Reply("c", 30, 90, session: "s2") + Marker + "\n" + Reply("d", 5, 91)[..50]);

        var import = (await _tonne.RunAsync("import", "claude-code")).Expect(0);
        (await _tonne.RunAsync("import", "claude-code")).Expect(0);
        var byCommit = await CallsAsync("--by", "commit", "--repository", Path.Combine(Repository, "src"));
        var byProject = await CallsAsync("--by", "project");
        var screen = (await _tonne.RunAsync("calls", "--by", "commit", "--repository", Repository)).Expect(0);

        // Output 30 since the last commit, 70 before the second, 200 before the first; each 503 tokens of input and 9,000 from a cache.
        var rows = byCommit["rows"]!.AsArray();
        Assert.Equal([30, 70, 200], rows.Select(row => (int)row!["estimated"]!["output_tokens"]!));
        Assert.Equal([503, 9_503, 503], rows.Select(row => (int)row!["estimated"]!["input_tokens"]!));
        Assert.Equal("since the last commit", (string?)rows[0]!["group"]);
        Assert.Matches("^[0-9a-f]{40}$", (string?)rows[1]!["group"]);
        Assert.Equal("shop", (string?)byProject["rows"]![0]!["group"]);
        Assert.Equal(300, (int)byProject["total"]!["estimated"]!["output_tokens"]!);
        Assert.Equal(GetEmissions(byProject), GetEmissions(byCommit), 1e-9);
        Assert.Contains("since the last commit", screen.Output, StringComparison.Ordinal);
        Assert.Contains("s2.jsonl, line 3: not JSON", import.Error, StringComparison.Ordinal);

        var ledger = string.Concat(Directory.GetFiles(_tonne.Home, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.DoesNotContain(Marker, ledger + import.Output + import.Error + screen.Output, StringComparison.Ordinal);

        static double GetEmissions(JsonNode calls) => (double)calls["total"]!["estimated"]!["emissions_kg"]!["best"]!;
    }

    [Fact]
    public async Task Status_lines_and_imports_at_the_same_time_count_each_reply_once()
    {
        await MakeRepositoryAsync();
        var path = Transcript("s1.jsonl", string.Concat(Enumerable.Range(0, 40).Select(i => Reply($"m{i}", 1, i) + Reply($"m{i}", 10, i))));
        var input = _tonne.Write(
            "input.json", JsonSerializer.Serialize(new { session_id = "s1", transcript_path = path, cwd = Repository }));

        var all = Enumerable.Range(0, 6).Select(i => i % 2 == 0 ? _tonne.RunAsync("import", "claude-code")
            : _tonne.RunOtherAsync("/bin/sh", "-c", $"'{TonneCommand.Executable}' status-line < '{input}'")).ToList();
        foreach (var finished in await Task.WhenAll(all))
            finished.Expect(0);
        var last = (await _tonne.RunOtherAsync("/bin/sh", "-c", $"'{TonneCommand.Executable}' status-line < '{input}'")).Expect(0);

        Assert.Matches(@"^tonne [0-9.]+ m?Wh \([0-9.]+–[0-9.]+\) · [0-9.]+ m?g \(", last.Output);
        var total = (await CallsAsync())["total"]!["estimated"]!;
        Assert.Equal((40, 400), ((int)total["requests"]!, (int)total["output_tokens"]!));
    }

    [Fact]
    public async Task A_status_line_without_input_does_not_wait()
    {
        var finished = (await _tonne.RunAsync("status-line")).Expect(0);

        Assert.Equal("tonne: no replies yet\n", finished.Output);
    }
}
