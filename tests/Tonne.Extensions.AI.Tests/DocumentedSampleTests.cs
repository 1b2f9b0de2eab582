using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;

namespace Tonne.Extensions.AI.Tests;

public sealed partial class DocumentedSampleTests : IDisposable
{
    readonly string _home = Directory.CreateTempSubdirectory("calls-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void The_page_has_the_sample_that_is_compiled_here()
    {
        var root = FindRoot();
        var page = File.ReadAllText(Path.Combine(root, "docs", "ai-calls.md"));
        var source = File.ReadAllText(Path.Combine(root, "tests", "Tonne.Extensions.AI.Tests", "DocumentedSample.cs"));

        Assert.Equal(Normalize(Sample().Match(source).Groups[1].Value), Normalize(Block().Match(page).Groups[1].Value));
    }

    [Fact]
    public async Task The_sample_prints_figures_and_leaves_a_row()
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var inner = new FakeChatClient
        {
            Respond = () => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Paris."))
            {
                ModelId = "gpt-4o-2024-08-06", Usage = new UsageDetails { InputTokenCount = 12, OutputTokenCount = 3 },
            },
        };

        await DocumentedSample.RunAsync(inner, _home, output, TestContext.Current.CancellationToken);

        Assert.Matches(@"^Paris\. \S+ kWh \(\S+ to \S+\), \S+ kg CO2e\r?\n$", output.ToString());
        var row = Assert.Single(new CallLog(new LedgerHome(_home)).Read().Rows);
        Assert.Equal(("prod-chat", "gpt-4o-2024-08-06", 0L), (row.Key.Model, row.Key.AnsweredModel, row.Sum.WithoutFigure));
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Tonne.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }

    static string Normalize(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex(@"// sample\n(.*?)\s*// end", RegexOptions.Singleline, 5000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline, 5000)]
    private static partial Regex Block();
}
