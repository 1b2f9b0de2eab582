using System.Text.Json;

namespace Tonne.Cli.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    const string Marker = "TEXT-MARKER";

    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    static string Reply(string id, int output, int cacheRead = 0, int minutesAgo = 30, string model = "claude-opus-4-5-20251101") =>
        JsonSerializer.Serialize(new
        {
            type = "assistant",
            timestamp = TimeProvider.System.GetUtcNow().AddMinutes(-minutesAgo),
            sessionId = "s1",
            cwd = $"/home/{Marker}/demo",
            requestId = "r-" + id,
            message = new
            {
                id,
                model,
                content = Marker,
                usage = new
                {
                    input_tokens = 10, cache_creation_input_tokens = 100, cache_read_input_tokens = cacheRead, output_tokens = output,
                },
            },
        });

    string Write(string text, string file = ".claude/projects/-demo/s1.jsonl")
    {
        var path = Path.Combine(_terminal.Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void Transcripts_of_the_users_folder_are_imported_and_shown_by_project()
    {
        Write($"{Reply("a", 1)}\n{Reply("a", 50, 1_000)}\n{Reply("b", 7)}\n{Marker}\n");

        var (code, screen, error) = _terminal.Type("import", "claude-code");
        var again = _terminal.Type("import", "claude-code").Out;
        var calls = _terminal.Type("calls", "--by", "project").Out;

        Assert.Equal(0, code);
        Assert.Contains("claude-code: 2 replies added, 0 known already; 1 file read, 0 unchanged", screen, StringComparison.Ordinal);
        // 10 + 100 + 1,000 and 10 + 100 tokens; 50 + 7.
        Assert.Contains("Input 1,220 tokens, of these 1,000 read from a cache; output 57.", screen, StringComparison.Ordinal);
        Assert.Equal("tonne: s1.jsonl, line 4: not JSON\n", error);
        Assert.Contains("0 replies added, 0 known already; 0 files read, 1 unchanged", again, StringComparison.Ordinal);
        Assert.Contains(calls.Split('\n'), line => line.StartsWith("demo", StringComparison.Ordinal)
            && line.Contains("1,220", StringComparison.Ordinal));
        Assert.DoesNotContain(Marker, screen + error + again + calls, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_of_the_agents_configuration_is_used()
    {
        Write(Reply("a", 5) + "\n", "elsewhere/projects/p/s.jsonl");
        _terminal["CLAUDE_CONFIG_DIR"] = Path.Combine(_terminal.Folder, "elsewhere");

        using var document = JsonDocument.Parse(_terminal.Type("import", "claude-code", "--dry-run", "--json").Out);

        Assert.Equal("tonne.import/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Equal((1, 5), (document.RootElement.GetProperty("imports")[0].GetProperty("added").GetInt32(),
            document.RootElement.GetProperty("imports")[0].GetProperty("output_tokens").GetInt32()));
        Assert.False(Directory.Exists(Path.Combine(_terminal.Folder, "ledger")));
    }

    [Fact]
    public void The_intensity_of_the_providers_grid_scales_operational_emissions()
    {
        Write(Reply("a", 500) + "\n");

        double Operational(string grams)
        {
            var text = _terminal.Type("import", "claude-code", "--dry-run", "--json", "--intensity", grams).Out;
            using var document = JsonDocument.Parse(text);
            return document.RootElement.GetProperty("imports")[0].GetProperty("operational_kg").GetProperty("best").GetDouble();
        }

        Assert.Equal(5, Operational("500") / Operational("100"), 1e-9);
    }

    [Fact]
    public void The_setting_of_this_machines_zone_is_not_taken_for_the_providers()
    {
        Write(Reply("a", 500) + "\n");
        var world = _terminal.Type("import", "claude-code", "--dry-run", "--json").Out;
        _terminal["TONNE_ZONE"] = "FR";

        Assert.Equal(world, _terminal.Type("import", "claude-code", "--dry-run", "--json").Out);
        Assert.NotEqual(world, _terminal.Type("import", "claude-code", "--dry-run", "--json", "--zone", "FR").Out);
    }

    [Fact]
    public void A_usage_export_without_known_columns_asks_for_them()
    {
        var path = Write($"a,b\n{Marker},1\n", "export.csv");

        var (code, screen, error) = _terminal.Type("import", "usage", path);

        Assert.Equal(1, code);
        Assert.Contains("export.csv, line 1: a column is missing", error, StringComparison.Ordinal);
        Assert.Contains("--columns model=", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Marker, screen + error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import", "claude-code", "none")]
    [InlineData("import", "usage", "none.csv")]
    [InlineData("import", "claude-code", ".", "--zone", "FR", "--region", "gcp:europe-west9")]
    [InlineData("import", "claude-code", ".", "--pue", "0.5")]
    [InlineData("import", "claude-code", ".", "--since", "moon")]
    [InlineData("calls", "--repository", ".")]
    [InlineData("calls", "--by", "commit")]
    public void Wrong_input_is_refused(params string[] words) => Assert.Equal(2, _terminal.Type(words).Code);

    [Fact]
    public void Codecarbon_is_imported_under_both_names() => Assert.Equal(
        _terminal.Type("import", "codecarbon", "none.csv"), _terminal.Type("ledger", "import", "codecarbon", "none.csv"));

    [Fact]
    public void The_status_line_is_one_line_and_never_fails()
    {
        // Now: half an hour ago may be yesterday.
        var path = Write(Reply("a", 500, 2_000, minutesAgo: 0) + "\n");
        _terminal.Input = JsonSerializer.Serialize(new { session_id = "s1", transcript_path = path });
        var (code, screen, error) = _terminal.Type("status-line");
        _terminal.Input = "{";
        var broken = _terminal.Type("status-line");
        File.WriteAllText(Path.Combine(_terminal.Folder, "ledger", "replies", "key"), "x");
        var damaged = _terminal.Type("status-line");

        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"^tonne [0-9.]+ m?Wh \([0-9.]+–[0-9.]+\) · [0-9.]+ m?g \([0-9.]+–[0-9.]+\) · today .*\n$", screen);
        Assert.Equal((0, 1, ""), (broken.Code, broken.Out.Count(c => c == '\n'), broken.Error));
        Assert.Equal((0, "tonne: the ledger cannot be used\n", ""), damaged);
    }
}
