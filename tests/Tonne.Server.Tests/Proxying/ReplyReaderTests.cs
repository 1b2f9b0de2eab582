using System.Text;
using Tonne.Server.Proxying;

namespace Tonne.Server.Tests.Proxying;

/// <summary>Field names are those of the API references of OpenAI and Ollama (docs/proxy.md names them).</summary>
public class ReplyReaderTests
{
    [Theory]
    [InlineData("""{"id":"chatcmpl-1","model":"m","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":12,"completion_tokens":7,"total_tokens":19,"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":3}}}""", 12, 5, 7, 3)]
    [InlineData("""{"usage":{"completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":9},"prompt_tokens":12,"completion_tokens":7},"id":"x","model":"m"}""", 12, null, 7, 3)]
    [InlineData("""{"id":"resp_1","object":"response","model":"m","output":[{"type":"message","content":[{"text":"a"}]}],"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":5},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":3}}}""", 12, 5, 7, 3)]
    [InlineData("""{"type":"response.completed","response":{"id":"resp_1","model":"m","usage":{"input_tokens":12,"output_tokens":7}}}""", 12, null, 7, null)]
    [InlineData("""{"object":"list","data":[{"embedding":[0.1,0.2]}],"model":"m","usage":{"prompt_tokens":12,"total_tokens":12}}""", 12, null, null, null)]
    [InlineData("""{"model":"m","message":{"role":"assistant","content":"hi"},"done":true,"prompt_eval_count":12,"eval_count":7}""", 12, null, 7, null)]
    [InlineData("""{"model":"m","response":"hi","done":true,"context":[1,2],"prompt_eval_count":12,"eval_count":7}""", 12, null, 7, null)]
    [InlineData("""{"model":"m","embeddings":[[0.1]],"prompt_eval_count":12}""", 12, null, null, null)]
    public void Tokens_of_every_dialect(string json, int prompt, int? cached, int? output, int? reasoning)
    {
        var reader = new ReplyReader();

        Assert.True(reader.Read(Encoding.UTF8.GetBytes(json)));

        Assert.Equal("m", reader.Model);
        Assert.Equal((prompt, cached, output, reasoning), ((int?)reader.PromptTokens, (int?)reader.CachedTokens, (int?)reader.OutputTokens, (int?)reader.ReasoningTokens));
        Assert.False(reader.IsFailed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("<html>502</html>")]
    [InlineData("""{"usage":{"prompt_tokens":""")]
    [InlineData("""{"usage":"prompt_tokens"}""")]
    [InlineData("""{"usage":null,"choices":null}""")]
    [InlineData("""{"usage":{"prompt_tokens":-1,"completion_tokens":1e99}}""")]
    [InlineData("""{"usage":{"prompt_tokens":100000001,"completion_tokens":"7"}}""")]
    [InlineData("""{"usage":[{"prompt_tokens":5}]}""")]
    [InlineData("""{"choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":5}"}}]}""")]
    public void Garbage_has_no_tokens(string json)
    {
        var reader = new ReplyReader();

        reader.Read(Encoding.UTF8.GetBytes(json));

        Assert.False(reader.HasUsage);
    }

    [Theory]
    [InlineData("""{"error":{"message":"too long","type":"invalid_request_error"}}""", true)]
    [InlineData("""{"error":"model not found"}""", true)]
    [InlineData("""{"error":null,"model":"m"}""", false)]
    [InlineData("""{"type":"response.failed","response":{"error":{"code":"server_error"}}}""", true)]
    public void An_error_of_the_server_is_seen(string json, bool isFailed)
    {
        var reader = new ReplyReader();

        reader.Read(Encoding.UTF8.GetBytes(json));

        Assert.Equal(isFailed, reader.IsFailed);
    }

    [Fact]
    public void The_usage_is_read_from_the_end_of_a_long_reply()
    {
        var reader = new ReplyReader();

        Assert.True(reader.ReadTail("""0.123],"index":7}],"model":"m","usage" : {"prompt_tokens":12,"total_tokens":12},"created":5}"""u8));

        Assert.Equal(12, reader.PromptTokens);
        Assert.False(new ReplyReader().ReadTail("""text \"usage\":{\"prompt_tokens\":12}"}]}"""u8));
        Assert.False(new ReplyReader().ReadTail("""],"usage":{"prompt_tok"""u8));
    }

    [Fact]
    public void Names_have_no_control_characters_and_are_short()
    {
        var reader = new ReplyReader();

        reader.Read(Encoding.UTF8.GetBytes("{\"id\":\"a\\r\\nx: y\",\"model\":\"" + new string('m', 201) + "\"}"));

        Assert.Equal("ax: y", reader.Id);
        Assert.Null(reader.Model);
    }
}
