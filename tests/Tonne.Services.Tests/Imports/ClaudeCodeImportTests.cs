using Tonne.Ledgers.Calls;
using Tonne.Services.Imports;

namespace Tonne.Services.Tests.Imports;

public sealed class ClaudeCodeImportTests : IDisposable
{
    const string Untimed = "{\"type\":\"assistant\",\"message\":{";
    const string Timed = "{\"type\":\"assistant\",\"timestamp\":\"2026-11-30T08:00:00Z\",\"message\":{";

    readonly Transcripts _logs = new();

    public void Dispose() => _logs.Dispose();

    /// <summary>Streamed replies, a failed request, a retry, cached reads, a resumed session, a sub-agent.</summary>
    void WriteSession()
    {
        _logs.Write("-home-demo/session-1.jsonl",
            Transcripts.User(),
            Transcripts.Reply("m1", "r1", output: 1, input: 4, cacheWrite: 1_000),
            Transcripts.Reply("m1", "r1", output: 20, input: 4, cacheWrite: 1_000, minutes: 0.1),
            Transcripts.Reply("m1", "r1", output: 120, input: 4, cacheWrite: 1_000, minutes: 0.2),
            Transcripts.FailedRequest(),
            Transcripts.Reply("m2", "r2", output: 50, input: 3, cacheWrite: 10, cacheRead: 1_000, minutes: 1),
            // The same message again under another request: a retry, computed twice.
            Transcripts.Reply("m2", "r3", output: 60, input: 3, cacheRead: 1_010, minutes: 2));
        _logs.Write("-home-demo/session-2.jsonl",
            Transcripts.Reply("m1", "r1", output: 1, input: 4, cacheWrite: 1_000),
            Transcripts.Reply("m1", "r1", output: 120, input: 4, cacheWrite: 1_000, minutes: 0.2),
            Transcripts.Reply("m2", "r2", output: 50, input: 3, cacheWrite: 10, cacheRead: 1_000, minutes: 1),
            Transcripts.Reply("m4", "r4", output: 70, input: 5, cacheRead: 2_000, minutes: 30, session: "session-2"));
        _logs.Write("-home-demo/session-1/subagents/agent-1.jsonl",
            Transcripts.Reply("m5", "r5", output: 10, input: 100, minutes: 3, isSidechain: true));
    }

    [Fact]
    public void Totals_are_right_to_the_token()
    {
        WriteSession();

        var outcome = _logs.Import();

        // Input 4+1000, 3+10+1000, 3+1010, 5+2000, 100; cached 1000, 1010, 2000; output 120, 50, 60, 70, 10.
        var sum = _logs.ReadSum();
        Assert.Equal((5, new CallTokens(5_135, 4_010, 310)), (sum.Requests, sum.Tokens));
        Assert.Equal((5, 5, 3, 0), (outcome.Added, outcome.Repeated, outcome.FilesRead, outcome.SkippedCount));
        Assert.Equal(sum, outcome.Sum);
        Assert.Equal(0, sum.WithoutFigure);
        Assert.True(sum.EnergyKwh.Low > 0 && sum.EnergyKwh.High > sum.EnergyKwh.Best);
    }

    [Fact]
    public void A_second_import_adds_nothing_even_if_it_reads_all_again()
    {
        WriteSession();
        _logs.Import();
        var before = _logs.ReadSum();

        Assert.Equal((0, 0, 3), Numbers(_logs.Import()));
        File.Delete(Path.Combine(_logs.Home.Root, "replies", "files.tsv"));
        Assert.Equal((0, 5, 0), Numbers(_logs.Import()));
        Assert.Equal(before, _logs.ReadSum());

        static (int, int, int) Numbers(TokenImportOutcome outcome) => (outcome.Added, outcome.Known, outcome.FilesUnchanged);
    }

    [Fact]
    public void A_reply_that_is_still_written_gets_the_rest_later()
    {
        var path = _logs.Write("p/s.jsonl", Transcripts.Reply("m1", "r1", output: 3, cacheRead: 100));
        _logs.Import();
        var last = Transcripts.Reply("m1", "r1", output: 45, cacheRead: 100, minutes: 1);
        File.AppendAllText(path, last[..80]);
        var partial = _logs.Import();
        File.AppendAllText(path, last[80..] + "\n" + Transcripts.Reply("m2", "r2", output: 5, minutes: 2) + "\n");

        var outcome = _logs.Import();

        Assert.Equal((0, 0, 0), (partial.Added, partial.Completed, partial.SkippedCount));
        Assert.Equal((1, 1), (outcome.Added, outcome.Completed));
        // 4+100 and 4 tokens of input; 45 and 5 of output.
        var sum = _logs.ReadSum();
        Assert.Equal((2, new CallTokens(108, 100, 50)), (sum.Requests, sum.Tokens));
        // What was added in two parts is what the whole reply has at once.
        using var whole = new Transcripts();
        whole.Write("p/s.jsonl", last, Transcripts.Reply("m2", "r2", output: 5, minutes: 2));
        whole.Import();
        Assert.Equal(whole.ReadSum().EnergyKwh.Best, sum.EnergyKwh.Best, 1e-6 * sum.EnergyKwh.Best);
    }

    [Fact]
    public void No_text_of_a_transcript_is_kept_or_said()
    {
        WriteSession();
        _logs.WriteText("p/broken.jsonl",
            Transcripts.Marker + "\n"
            + "{\"type\":\"assistant\",\"message\":{\"id\":\"a\",\"usage\":\"" + Transcripts.Marker + "\"}}\n"
            + Transcripts.Reply("m8", "r8", 5, model: Transcripts.Marker + " with blanks") + "\n"
            + Transcripts.Reply("m9", "r9", 5)[..60]);

        var outcome = _logs.Import();

        Assert.DoesNotContain(Transcripts.Marker, string.Join('\n', outcome.Skipped) + outcome, StringComparison.Ordinal);
        Assert.DoesNotContain(Transcripts.Marker, _logs.ReadLedger(), StringComparison.Ordinal);
        Assert.DoesNotContain("session-1", _logs.ReadLedger(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"m1\"", _logs.ReadLedger(), StringComparison.Ordinal);
        Assert.Contains("\"demo\"", _logs.ReadLedger(), StringComparison.Ordinal);
        // A model that could be any text is unknown, and its tokens count.
        Assert.Contains(new CallLog(_logs.Home).Read().Rows, row => row.Key.Model.Length == 0 && row.Sum.WithoutFigure == 1);
    }

    [Theory]
    [InlineData("garbage", SkipReason.NotJson)]
    [InlineData("[1]", SkipReason.NotJson)]
    [InlineData("{\"type\":\"user\"", SkipReason.NotJson)]
    [InlineData("{\"type\":\"user\"} {}", SkipReason.NotJson)]
    [InlineData(Untimed + "}}", SkipReason.MissingField)]
    [InlineData("{\"type\":\"assistant\",\"message\":7}", SkipReason.MissingField)]
    [InlineData(Untimed + "\"id\":\"m\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}", SkipReason.MissingField)]
    [InlineData(Timed + "\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}", SkipReason.MissingField)]
    [InlineData(Timed + "\"id\":\"m\",\"usage\":{\"output_tokens\":1}}}", SkipReason.MissingField)]
    [InlineData(Timed + "\"id\":\"m\",\"usage\":{\"input_tokens\":-1,\"output_tokens\":1}}}", SkipReason.WrongValue)]
    [InlineData(Timed + "\"id\":\"m\",\"usage\":{\"input_tokens\":1.5,\"output_tokens\":1}}}", SkipReason.WrongValue)]
    [InlineData(Timed + "\"id\":\"m\",\"usage\":{\"input_tokens\":{\"a\":[]},\"output_tokens\":1}}}", SkipReason.WrongValue)]
    [InlineData(Timed + "\"id\":\"m\",\"usage\":[1]}}", SkipReason.WrongValue)]
    public void A_line_that_cannot_be_read_is_counted_by_file_and_number_and_the_others_count(string bad, SkipReason reason)
    {
        _logs.Write("p/s.jsonl", Transcripts.Reply("m1", "r1", 5), bad, Transcripts.Reply("m2", "r2", 6));

        var outcome = _logs.Import();

        Assert.Equal(new SkippedLine("s.jsonl", 2, reason), Assert.Single(outcome.Skipped));
        Assert.Equal(11, _logs.ReadSum().Tokens.Output);
    }

    [Theory]
    [InlineData("{\"type\":\"summary\",\"summary\":\"x\"}")]
    [InlineData("{\"type\":[\"assistant\"],\"message\":{\"usage\":{}}}")]
    [InlineData("{\"type\":\"user\",\"message\":{\"usage\":{\"input_tokens\":\"x\"}}}")]
    [InlineData("{\"type\":\"system\",\"content\":{\"a\":{\"b\":[1,2,{\"c\":null}]}}}")]
    [InlineData("")]
    public void A_line_of_another_kind_is_no_problem(string line)
    {
        _logs.Write("p/s.jsonl", line, Transcripts.Reply("m1", "r1", 5));

        Assert.Equal((1, 0), (_logs.Import().Added, _logs.Import().SkippedCount));
    }

    [Fact]
    public void Deeply_nested_and_huge_lines_are_skipped()
    {
        var deep = "{\"type\":\"user\",\"a\":" + new string('[', 5_000) + new string(']', 5_000) + "}";
        var huge = "{\"type\":\"user\",\"a\":\"" + new string('x', TokenLogStream.MaxLineBytes) + "\"}";
        _logs.Write("p/s.jsonl", deep, huge, Transcripts.Reply("m1", "r1", 5));

        var outcome = _logs.Import();

        Assert.Equal(
            [new SkippedLine("s.jsonl", 1, SkipReason.NotJson), new SkippedLine("s.jsonl", 2, SkipReason.TooLong)], outcome.Skipped);
        Assert.Equal((1, 5), (outcome.Added, _logs.ReadSum().Tokens.Output));
        Assert.Equal(1, _logs.Import().FilesUnchanged);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        var outcome = new TokenImport(_logs.Home, null, _logs.Time).Run(new ClaudeCodeLog(), [Path.Combine(_logs.Projects, "none.jsonl")]);

        Assert.Equal("none.jsonl: cannot be read", Assert.Single(outcome.Skipped).ToString());
    }

    [Fact]
    public void A_dry_run_writes_nothing()
    {
        WriteSession();

        var outcome = _logs.Import(new TokenImportOptions { IsDryRun = true });

        Assert.Equal((5, 310), (outcome.Added, outcome.Sum.Tokens.Output));
        Assert.False(Directory.Exists(_logs.Home.Root));
    }

    [Fact]
    public void What_was_left_out_by_time_can_be_added_later()
    {
        WriteSession();

        var late = _logs.Import(new TokenImportOptions { Since = Transcripts.Start.AddMinutes(20) });
        var all = _logs.Import();

        Assert.Equal((1, 4), (late.Added, late.Before));
        Assert.Equal((4, 1, 310), (all.Added, all.Known, _logs.ReadSum().Tokens.Output));
    }

    [Fact]
    public void Replies_older_than_what_is_kept_are_said_and_not_counted()
    {
        _logs.Write("p/s.jsonl", Transcripts.Reply("old", "r1", 5, minutes: -60.0 * 24 * 500), Transcripts.Reply("m2", "r2", 6));

        var outcome = _logs.Import();

        Assert.Equal((1, 1, 6), (outcome.Added, outcome.TooOld, _logs.ReadSum().Tokens.Output));
    }

    [Fact]
    public void Lines_of_one_reply_on_both_sides_of_midnight_are_one_reply()
    {
        var path = _logs.Write("p/s.jsonl", Transcripts.Reply("m1", "r1", output: 2, minutes: -480.1));
        _logs.Import();
        File.AppendAllText(path, Transcripts.Reply("m1", "r1", output: 9, minutes: -479.9) + "\n");
        _logs.Import();

        var sum = _logs.ReadSum();
        Assert.Equal((1, 9), (sum.Requests, sum.Tokens.Output));
        Assert.Equal("2026-11-29", Assert.Single(CallTotal.Of(new CallLog(_logs.Home).Read().Rows, CallGroup.Day).Rows).Group);
    }

    [Fact]
    public void A_project_is_the_last_name_of_its_folder_or_a_hash_of_it()
    {
        _logs.Write("p/s.jsonl", Transcripts.Reply("m1", "r1", 5), Transcripts.Reply("m2", "r2", 6, folder: "other"));
        _logs.Import(new TokenImportOptions { HashesProjects = true });
        Assert.DoesNotContain("\"demo\"", _logs.ReadLedger(), StringComparison.Ordinal);
        var hashed = CallTotal.Of(new CallLog(_logs.Home).Read().Rows, CallGroup.Project).Rows;
        Assert.Equal(2, hashed.Length);
        Assert.All(hashed, row => Assert.Matches("^project-[A-Za-z0-9_-]{12}$", row.Group));

        using var plain = new Transcripts();
        plain.Write("p/s.jsonl", Transcripts.Reply("m1", "r1", 5), Transcripts.Reply("m2", "r2", 6, folder: "other"));
        plain.Import();
        var rows = CallTotal.Of(new CallLog(plain.Home).Read().Rows, CallGroup.Project).Rows;
        Assert.Equal(["demo", "other"], rows.Select(row => row.Group).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/home/x/demo", "demo")]
    [InlineData("/home/x/demo/", "demo")]
    [InlineData(@"C:\Users\x\demo", "demo")]
    [InlineData("/", "")]
    [InlineData("", "")]
    public void The_last_name_of_a_folder(string folder, string name) => Assert.Equal(name, ProjectNames.GetLastName(folder));

    [Fact]
    public void The_project_of_a_folder_in_a_repository_is_the_repository()
    {
        var root = Directory.CreateDirectory(Path.Combine(_logs.Projects, "work", "repo"));
        root.CreateSubdirectory(".git");
        var below = root.CreateSubdirectory("src/deep");
        using var replies = ReplyLog.OpenToRead(_logs.Home);

        Assert.Equal("repo", new ProjectNames(replies, areHashed: false).Find(below.FullName));
    }

    [Fact]
    public void Cached_tokens_take_fifteen_per_cent_of_computed_ones()
    {
        // A prompt so long that the 5 tokens of the answer weigh little; with 10 times the answer's prompt each way.
        _logs.Write("p/a.jsonl", Transcripts.Reply("m1", "r1", output: 1, input: 0, cacheRead: 8_192));
        _logs.Import();
        var cached = _logs.ReadSum().EnergyKwh.Best;
        using var other = new Transcripts();
        other.Write("p/a.jsonl", Transcripts.Reply("m1", "r1", output: 1, input: 8_192));
        other.Import();

        // 0.15 of the prompt, and the one token of the answer that both have.
        Assert.InRange(cached / other.ReadSum().EnergyKwh.Best, 0.15, 0.25);
    }
}
