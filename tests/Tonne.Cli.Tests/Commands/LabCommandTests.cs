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

    [Theory]
    [InlineData("--label needs --data", "run", "--label", "class")]
    [InlineData("--patch needs --data", "run", "--patch", "2")]
    [InlineData("neither a file nor a folder", "run", "--data", "nowhere.csv", "--label", "class")]
    [InlineData("give one", "run", "--data", "nowhere.csv", "--rows", "10")]
    [InlineData("--label COLUMN", "run", "--data", "{file}")]
    [InlineData("there is no column \"species\"; there are a, b", "run", "--data", "{file}", "--label", "species")]
    [InlineData("there is no column \"patient\"", "run", "--data", "{file}", "--label", "b", "--family", "patient")]
    [InlineData("--patch is for pictures", "run", "--data", "{file}", "--label", "b", "--patch", "2")]
    [InlineData("contains pictures, and their subfolder", "run", "--data", "{folder}", "--label", "b")]
    [InlineData("--patch '0'", "run", "--data", "{folder}", "--patch", "0")]
    [InlineData("--by 'beauty' is not known; there are chance, varied, margin, forgetting", "select", "--by", "beauty")]
    [InlineData("--epochs 'ten'", "select", "--epochs", "ten")]
    [InlineData("There are no weights", "predict", "hello")]
    public void What_cannot_be_done_is_reported_before_anything_is_measured(string expected, params string[] words)
    {
        var file = Path.Combine(_terminal.Folder, "rows.csv");
        File.WriteAllText(file, "a,b\n1,x\n");
        Directory.CreateDirectory(Path.Combine(_terminal.Folder, "pictures"));

        var (code, _, error) = _terminal.Type([.. words.Select(word => word.Replace("{file}", file).Replace("{folder}", Path.Combine(_terminal.Folder, "pictures"))).Prepend("lab")]);

        Assert.Equal(2, code);
        Assert.Contains(expected, error);
        Assert.DoesNotContain("facility energy", error);
    }
}
