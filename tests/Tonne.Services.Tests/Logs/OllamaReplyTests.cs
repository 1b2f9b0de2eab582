using System.Text;
using Tonne.Services.Logs;

namespace Tonne.Services.Tests.Logs;

public class OllamaReplyTests
{
    // The final response of the streamed example in Ollama's docs/api.md ("Generate a completion").
    const string Documented = """
        {"model": "llama3.2", "created_at": "2023-08-04T19:22:45.499127Z", "response": "", "done": true, "context": [1, 2, 3],
         "total_duration": 10706818083, "load_duration": 6338219291, "prompt_eval_count": 26, "prompt_eval_duration": 130079000,
         "eval_count": 259, "eval_duration": 4232710000}
        """;

    [Fact]
    public void The_documented_reply_is_a_request_with_times_and_tokens()
    {
        Assert.True(Read(Documented, out var request, out var reason));

        Assert.Null(reason);
        Assert.Equal(("llama3.2", 26, 259), (request!.Model, request.PromptTokens, request.OutputTokens));
        var end = new DateTimeOffset(2023, 8, 4, 19, 22, 45, TimeSpan.Zero).AddTicks(4_991_270);
        Assert.Equal(end, request.End);
        Assert.Equal(end.AddTicks(-107_068_180), request.Arrival);
        Assert.Equal(end.AddTicks(-42_327_100), request.FirstToken);
        Assert.Equal(end.AddTicks(-42_327_100 - 1_300_790), request.Start);
    }

    [Fact]
    public void An_embedding_has_a_prompt_only()
    {
        // docs/api.md, "Generate Embeddings"; the time is that of its receipt.
        const string Embedding = """
            {"model": "all-minilm", "embeddings": [[0.01, -0.001]], "total_duration": 14143917, "load_duration": 1019500,
                "prompt_eval_count": 8}
            """;
        var received = new DateTimeOffset(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

        Assert.True(OllamaReply.TryRead(Encoding.UTF8.GetBytes(Embedding), received, out var request, out _));

        Assert.Equal((8, 0, received), (request!.PromptTokens, request.OutputTokens, request.End));
        Assert.Equal(received.AddTicks(-141_439 + 10_195), request.Start);
        Assert.Null(request.FirstToken);
    }

    [Fact]
    public void A_prompt_without_a_count_is_said()
    {
        Assert.True(Read(Documented.Replace("prompt_eval_count", "other", StringComparison.Ordinal), out var request, out var reason));

        Assert.Equal(0, request!.PromptTokens);
        Assert.Contains("prompt_eval_count", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "total_duration")]
    [InlineData("{\"error\": \"model not found\"}", "total_duration")]
    [InlineData("{\"total_duration\": -1}", "total_duration")]
    [InlineData("{\"total_duration\": 5, \"done\": false}", "not done")]
    [InlineData("{\"total_duration\": 5, \"done\": true}", "created_at")]
    [InlineData("{\"total_duration\": 5, \"created_at\": \"soon\"}", "created_at")]
    public void What_is_no_end_of_a_reply_has_a_reason(string json, string reason)
    {
        Assert.False(Read(json, out var request, out var found));
        Assert.Null(request);
        Assert.Contains(reason, found, StringComparison.Ordinal);
    }

    static bool Read(string json, out Services.Requests.ServedRequest? request, out string? reason) =>
        OllamaReply.TryRead(Encoding.UTF8.GetBytes(json), null, out request, out reason);
}
