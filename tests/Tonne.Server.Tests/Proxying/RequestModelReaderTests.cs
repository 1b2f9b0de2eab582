using System.Text;
using Tonne.Server.Proxying;

namespace Tonne.Server.Tests.Proxying;

public class RequestModelReaderTests
{
    [Fact]
    public void The_model_is_found_wherever_the_body_is_cut()
    {
        var body = """{"messages":[{"role":"user","content":"{\"model\":\"x\"}"}],"stream":true,"model":"llama-3.1-8b","n":1}"""u8.ToArray();
        for (var cut = 0; cut <= body.Length; cut++)
        {
            var reader = new RequestModelReader();
            reader.Append(body.AsSpan(0, cut));
            reader.Append(body.AsSpan(cut));
            reader.End();

            Assert.Equal("llama-3.1-8b", reader.Model);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("model=x")]
    [InlineData("[\"model\"]")]
    [InlineData("{\"model\":5}")]
    [InlineData("{\"model\":\"")]
    [InlineData("{\"options\":{\"model\":\"x\"}}")]
    public void Garbage_has_no_model(string body)
    {
        var reader = new RequestModelReader();
        reader.Append(Encoding.UTF8.GetBytes(body));
        reader.End();

        Assert.Null(reader.Model);
    }

    [Fact]
    public void Of_a_huge_body_the_first_megabyte_is_read()
    {
        var text = new string('a', 2 * RequestModelReader.MostBytes);
        var before = new RequestModelReader();
        before.Append(Encoding.UTF8.GetBytes("{\"model\":\"m\",\"prompt\":\"" + text));
        var after = new RequestModelReader();
        after.Append(Encoding.UTF8.GetBytes("{\"prompt\":\"" + text + "\",\"model\":\"m\"}"));
        after.End();

        // Known before the body has ended.
        Assert.Equal("m", before.Model);
        Assert.Null(after.Model);
    }
}
