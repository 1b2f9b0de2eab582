using System.Text;
using System.Text.Json;
using Tonne.Ledgers.Calls;
using Tonne.Services.Imports;

namespace Tonne.Services.Tests.Imports;

public sealed class StatusLineTests : IDisposable
{
    readonly Transcripts _logs = new();

    public void Dispose() => _logs.Dispose();

    string Create(string input)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(input));
        return StatusLine.Create(stream, _logs.Home, new TokenImportOptions(), _logs.Time, "-");
    }

    static string Input(string path, string session = "session-1") => JsonSerializer.Serialize(new
    {
        session_id = session, transcript_path = path, cwd = "/x", model = new { id = "claude-opus-4-5", display_name = "Opus" },
    });

    [Fact]
    public void It_has_energy_and_emissions_of_the_session_and_of_today()
    {
        var path = _logs.Write("p/session-1.jsonl", Transcripts.Reply("m1", "r1", output: 400, input: 2_000));
        _logs.Write("p/session-1/subagents/agent-1.jsonl", Transcripts.Reply("m2", "r2", output: 100, input: 500));

        var first = Create(Input(path));
        File.AppendAllText(path, Transcripts.Reply("m3", "r3", output: 400, input: 2_000, minutes: 1) + "\n");
        var second = Create(Input(path));

        const string Interval = @" \([0-9.]+-[0-9.]+\)";
        Assert.Matches($"^tonne [0-9.]+ m?Wh{Interval} · [0-9.]+ m?g{Interval} · today [0-9.]+ m?g{Interval}$", first);
        Assert.NotEqual(first, second);
        Assert.Equal((3, 900), (_logs.ReadSum().Requests, _logs.ReadSum().Tokens.Output));
        // What the status line has counted, an import does not count again.
        Assert.Equal(0, _logs.Import().Added);
        Assert.DoesNotContain(Transcripts.Marker, _logs.ReadLedger(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_session_of_the_same_day_counts_for_today_only()
    {
        var path = _logs.Write("p/session-1.jsonl", Transcripts.Reply("m1", "r1", output: 400, input: 2_000));
        Create(Input(path));

        Assert.Matches("^tonne: no replies yet · today ", Create(Input(_logs.Write("p/session-9.jsonl", Transcripts.User()), "session-9")));
    }

    [Fact]
    public void While_another_process_imports_the_line_has_what_is_counted()
    {
        var path = _logs.Write("p/session-1.jsonl", Transcripts.Reply("m1", "r1", output: 400, input: 2_000));
        var before = Create(Input(path));
        File.AppendAllText(path, Transcripts.Reply("m3", "r3", output: 400, minutes: 1) + "\n");

        using var other = ReplyLog.Open(_logs.Home);
        Assert.Equal(before, Create(Input(path)));
    }

    [Fact]
    public void A_long_transcript_is_read_in_parts()
    {
        var line = Transcripts.User();
        var many = Enumerable.Repeat(line, (int)(StatusLine.MostBytes / line.Length) + 10);
        var path = _logs.Write("p/session-1.jsonl", [.. many, Transcripts.Reply("m1", "r1", output: 400)]);

        Assert.Equal("tonne: no replies yet · reading", Create(Input(path)));
        Assert.Matches("^tonne [0-9]", Create(Input(path)));
        Assert.Equal(400, _logs.ReadSum().Tokens.Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"session_id\":7,\"transcript_path\":[]}")]
    [InlineData("{\"session_id\":\"a\",\"transcript_path\":\"/dev/null\"}")]
    [InlineData("{\"session_id\":\"a\",\"transcript_path\":\"none.jsonl\"}")]
    public void Whatever_comes_in_gives_a_line(string input) => Assert.Equal("tonne: no replies yet", Create(input));
}
