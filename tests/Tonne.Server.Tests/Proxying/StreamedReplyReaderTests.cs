using System.Text;
using Tonne.Server.Proxying;

namespace Tonne.Server.Tests.Proxying;

public class StreamedReplyReaderTests
{
    // Two parts with text, one with reasoning, one of a tool call; "é" and "€" have two and three bytes; a comment and an event name between.
    const string Chat = "\uFEFF: begin\n\ndata: {\"id\":\"chatcmpl-1\",\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":null}\n\n"
        + "event: x\r\ndata:{\"choices\":[{\"delta\":{\"reasoning_content\":\"hé€\"}}]}\r\n\r\n"
        + "data: {\"choices\":[{\"delta\":{\"content\":\"a\\nb\"}}]}\r\rdata: {\"choices\":[{\"delta\":{\"content\":\"c\"}}]}\n\n"
        + "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}\n\n";

    const string Usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\ndata: \"completion_tokens\":7}}\n\n";

    const string Done = "data: [DONE]\n\n";

    [Fact]
    public void A_stream_cut_at_any_byte_has_the_same_tokens()
    {
        var bytes = Encoding.UTF8.GetBytes(Chat + Usage + Done);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var (reply, reader) = Read(isLines: false, bytes[..cut], bytes[cut..]);

            Assert.Equal((4, 1, 12L, 7L), ((int)reply.Deltas, (int)reply.ReasoningDeltas, reply.PromptTokens, reply.OutputTokens));
            Assert.Equal(("chatcmpl-1", "m"), (reply.Id, reply.Model));
            Assert.True(reader.IsDone);
        }
    }

    [Fact]
    public void A_stream_that_comes_byte_by_byte_has_the_same_tokens()
    {
        var bytes = Encoding.UTF8.GetBytes(Chat + Usage + Done);

        var (reply, _) = Read(isLines: false, [.. bytes.Select(static one => new[] { one })]);

        Assert.Equal((4, 1, 12L, 7L), ((int)reply.Deltas, (int)reply.ReasoningDeltas, reply.PromptTokens, reply.OutputTokens));
    }

    [Fact]
    public void Without_usage_the_parts_are_counted()
    {
        var (reply, reader) = Read(isLines: false, Encoding.UTF8.GetBytes(Chat));

        Assert.Equal((4, 1, false, false), ((int)reply.Deltas, (int)reply.ReasoningDeltas, reply.HasUsage, reader.IsDone));
    }

    [Fact]
    public void Every_choice_of_a_part_counts()
    {
        var (reply, _) = Read(isLines: false, "data: {\"choices\":[{\"index\":0,\"text\":\"a\"},{\"index\":1,\"text\":\"b\"},{\"index\":2,\"text\":\"\"}]}\n\n"u8.ToArray());

        Assert.Equal(2, reply.Deltas);
    }

    [Fact]
    public void Events_of_responses_are_counted_and_the_last_one_has_the_usage()
    {
        const string Stream = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n"
            + "data: {\"type\":\"response.reasoning_summary_text.delta\",\"delta\":\"b\"}\n\n"
            + "data: {\"type\":\"response.output_text.done\",\"text\":\"a\"}\n\n";
        const string Completed = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"error\":null,\"usage\":{\"input_tokens\":12,\"output_tokens\":7,\"output_tokens_details\":{\"reasoning_tokens\":3}}}}\n\n";

        var (counted, _) = Read(isLines: false, Encoding.UTF8.GetBytes(Stream));
        var (whole, _) = Read(isLines: false, Encoding.UTF8.GetBytes(Stream + Completed));

        Assert.Equal((2, 1, false), ((int)counted.Deltas, (int)counted.ReasoningDeltas, counted.HasUsage));
        Assert.Equal((12L, 7L, 3L, "resp_1", false), (whole.PromptTokens, whole.OutputTokens, whole.ReasoningTokens, whole.Id, whole.IsFailed));
    }

    [Fact]
    public void Lines_of_Ollama_cut_at_any_byte_have_the_same_tokens()
    {
        var bytes = "{\"model\":\"m\",\"message\":{\"content\":\"a\"},\"done\":false}\n{\"model\":\"m\",\"message\":{\"thinking\":\"b\",\"content\":\"\"},\"done\":false}\n{\"model\":\"m\",\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":12,\"eval_count\":2}"u8.ToArray();
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var (reply, _) = Read(isLines: true, bytes[..cut], bytes[cut..]);

            Assert.Equal((2, 1, 12L, 2L), ((int)reply.Deltas, (int)reply.ReasoningDeltas, reply.PromptTokens, reply.OutputTokens));
        }
    }

    [Fact]
    public void A_line_beyond_the_limit_is_left_out_and_the_next_one_is_read()
    {
        var huge = Encoding.UTF8.GetBytes("data: {\"choices\":[{\"delta\":{\"content\":\"" + new string('a', 3 * StreamedReplyReader.MostBytes) + "\"}}]}\n\n");

        var (reply, reader) = Read(isLines: false, huge[..100], huge[100..], Encoding.UTF8.GetBytes(Usage));

        Assert.Equal((1, 12L), ((int)reader.LeftOut, reply.PromptTokens));
    }

    [Fact]
    public void Random_bytes_are_no_error()
    {
        var random = new Random(7);
        var bytes = new byte[100_000];
        random.NextBytes(bytes);

        var (reply, _) = Read(isLines: false, [.. bytes.Chunk(997)]);

        Assert.False(reply.HasUsage);
    }

    static (ReplyReader Reply, StreamedReplyReader Reader) Read(bool isLines, params byte[][] parts)
    {
        var reply = new ReplyReader();
        var reader = new StreamedReplyReader(reply, isLines);
        foreach (var part in parts)
            reader.Append(part);
        reader.End();
        return (reply, reader);
    }
}
