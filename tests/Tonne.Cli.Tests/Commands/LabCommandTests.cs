namespace Tonne.Cli.Tests.Commands;

public sealed class LabCommandTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Theory]
    [InlineData("prune")]
    [InlineData("quantize")]
    [InlineData("distill")]
    public void What_makes_a_network_smaller_says_how_to_get_one(string verb)
    {
        var (code, _, error) = _terminal.Type("lab", verb);

        Assert.Equal(2, code);
        Assert.Contains("tonne lab run", error);
    }

    [Fact]
    public void A_file_that_is_no_network_is_named()
    {
        var path = Path.Combine(_terminal.Folder, "no.weights");
        File.WriteAllText(path, "not a network, but long enough to be looked at: 0123456789012345678901234567890123456789012345678901234567890123456789");

        var (code, _, error) = _terminal.Type("lab", "quantize", "--model", path);

        Assert.Equal(2, code);
        Assert.Contains("no.weights", error);
        Assert.Contains("docs/formats/weights.md", error);
    }

    [Fact]
    public void When_to_stop_needs_a_run()
    {
        var (code, _, error) = _terminal.Type("lab", "stop");

        Assert.Equal(2, code);
        Assert.NotEmpty(error);
    }
}
