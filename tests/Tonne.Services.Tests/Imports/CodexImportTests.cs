using System.Text.Json;
using Tonne.Ledgers.Calls;
using Tonne.Services.Imports;

namespace Tonne.Services.Tests.Imports;

public sealed class CodexImportTests : IDisposable
{
    readonly Transcripts _logs = new();

    public void Dispose() => _logs.Dispose();

    static string Meta(string id, string? forkedFrom = null) => JsonSerializer.Serialize(new
    {
        timestamp = Transcripts.Start,
        type = "session_meta",
        payload = new { id, forked_from_id = forkedFrom, cwd = $"/home/{Transcripts.Marker}/demo", instructions = Transcripts.Marker },
    });

    static string Turn(string model) => JsonSerializer.Serialize(new
    {
        timestamp = Transcripts.Start, type = "turn_context", payload = new { cwd = $"/home/{Transcripts.Marker}/demo", model },
    });

    static object Usage(long input, long cached, long output, long reasoning) => new
    {
        input_tokens = input,
        cached_input_tokens = cached,
        output_tokens = output,
        reasoning_output_tokens = reasoning,
        total_tokens = input + output,
    };

    static string Count(object total, object? last, double minutes) => JsonSerializer.Serialize(new
    {
        timestamp = Transcripts.Start.AddMinutes(minutes),
        type = "event_msg",
        payload = new { type = "token_count", info = new { total_token_usage = total, last_token_usage = last }, rate_limits = new { } },
    });

    static string Limits() => JsonSerializer.Serialize(new
    {
        timestamp = Transcripts.Start, type = "event_msg", payload = new { type = "token_count", info = (object?)null },
    });

    static string Message() => JsonSerializer.Serialize(new
    {
        timestamp = Transcripts.Start, type = "response_item", payload = new { type = "message", content = Transcripts.Marker },
    });

    TokenImportOutcome Import() => new TokenImport(_logs.Home, null, _logs.Time).Run(new CodexLog(), LogFolders.FindFiles(_logs.Projects));

    [Fact]
    public void Tokens_of_replies_are_added_once_with_the_model_of_their_turn()
    {
        _logs.Write("rollout-1.jsonl", Meta("s1"), Turn("gpt-5-codex"), Message(), Limits(),
            Count(Usage(1_000, 200, 50, 20), Usage(1_000, 200, 50, 20), 1),
            // The same sum again: only the limits have changed.
            Count(Usage(1_000, 200, 50, 20), Usage(1_000, 200, 50, 20), 2),
            Turn("gpt-5-mini"),
            Count(Usage(2_500, 1_100, 80, 20), Usage(1_500, 900, 30, 0), 3));

        var outcome = Import();

        Assert.Equal((2, 0), (outcome.Added, outcome.SkippedCount));
        var rows = new CallLog(_logs.Home).Read().Rows;
        Assert.Equal(new CallTokens(1_000, 200, 50, 20), rows.Single(row => row.Key.Model == "gpt-5-codex").Sum.Tokens);
        Assert.Equal(new CallTokens(1_500, 900, 30), rows.Single(row => row.Key.Model == "gpt-5-mini").Sum.Tokens);
        Assert.All(rows, row => Assert.Equal(("codex", "openai", "demo"), (row.Key.Service, row.Key.Provider, row.Key.Project)));
        Assert.DoesNotContain(Transcripts.Marker, _logs.ReadLedger(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_only_sums_are_given_replies_are_their_differences()
    {
        _logs.Write("rollout-1.jsonl", Meta("s1"), Turn("gpt-5"),
            Count(Usage(1_000, 200, 50, 20), null, 1), Count(Usage(2_500, 1_100, 80, 25), null, 2));

        Import();

        // 1000 and 1500; 200 and 900; 50 and 30; 20 and 5.
        Assert.Equal((2, new CallTokens(2_500, 1_100, 80, 25)), (_logs.ReadSum().Requests, _logs.ReadSum().Tokens));
    }

    [Fact]
    public void A_session_that_has_grown_adds_what_is_new()
    {
        var path = _logs.Write("rollout-1.jsonl", Meta("s1"), Turn("gpt-5"), Count(Usage(10, 0, 5, 0), Usage(10, 0, 5, 0), 1));
        Import();
        File.AppendAllText(path, Count(Usage(30, 8, 12, 0), Usage(20, 8, 7, 0), 2) + "\n");

        Assert.Equal((1, 1), (Import().Added, Import().FilesUnchanged));
        Assert.Equal((2, new CallTokens(30, 8, 12)), (_logs.ReadSum().Requests, _logs.ReadSum().Tokens));
    }

    [Fact]
    public void The_copied_beginning_of_a_session_that_continues_another_counts_once()
    {
        var copied = Count(Usage(1_000, 200, 50, 20), Usage(1_000, 200, 50, 20), 1);
        _logs.Write("rollout-1.jsonl", Meta("s1"), Turn("gpt-5"), copied);
        _logs.Write("rollout-2.jsonl", Meta("s2", forkedFrom: "s1"), Meta("s1"), Turn("gpt-5"), copied,
            Count(Usage(1_600, 700, 60, 20), Usage(600, 500, 10, 0), 9));

        Import();

        Assert.Equal((2, new CallTokens(1_600, 700, 60, 20)), (_logs.ReadSum().Requests, _logs.ReadSum().Tokens));
    }

    [Fact]
    public void Wrong_values_are_counted_as_skipped()
    {
        _logs.Write("rollout-1.jsonl", Meta("s1"), Turn("gpt-5"), Count("x", "y", 1), Count(Usage(5, 9, 1, 0), Usage(5, 9, 1, 0), 1), "{");

        Assert.Equal([SkipReason.WrongValue, SkipReason.WrongValue, SkipReason.NotJson], Import().Skipped.Select(line => line.Reason));
    }
}
