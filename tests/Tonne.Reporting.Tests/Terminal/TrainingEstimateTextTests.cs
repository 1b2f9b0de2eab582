using Tonne.Catalogs;
using Tonne.Estimation.Training;
using Tonne.Estimation.Validation;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Reporting.Json;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Tests;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Terminal;

public class TrainingEstimateTextTests
{
    [Theory]
    [InlineData(80, true)]
    [InlineData(120, true)]
    [InlineData(80, false)]
    public void An_estimate_reads_at_every_width(int width, bool unicode)
    {
        var text = Golden.TextOf(writer => TrainingEstimateText.Write(writer, Sample(), new TerminalCapabilities { Width = width, Unicode = unicode }));

        Assert.All(text.Split('\n'), line => Assert.True(TextSanitizer.CountColumns(line) <= width, line));
        Assert.True(unicode || text.All(char.IsAscii));
        Golden.Matches($"Golden/TrainingScreen.{width}{(unicode ? "" : ".ascii")}.golden.txt", text);
    }

    [Fact]
    public void The_document_is_as_it_was() =>
        Golden.Matches("Golden/TrainingEstimateDocument.golden.json", TrainingEstimateDocument.From(Sample()).ToJson().Replace(FactorSet.ShortHash, "HASH", StringComparison.Ordinal) + "\n");

    [Fact]
    public void A_page_of_validation_names_every_case_and_draws_it()
    {
        ScoredCase[] cases = [new("One & Only", 100, new(80, 120, 150), new(50, 100, 200)), new("Two <b>", 100, new(20, 30, 40), new(50, 100, 200))];
        var files = ValidationPage.Write([new("sample", "A sample", "hours", "a rule", cases, ShowsCaseNames: true, [], ["Words."]), new("row", "A row", "joules", "a rule", cases, ShowsCaseNames: false, [], []), new("closed", "Closed", "joules", "a rule", cases, ShowsCaseNames: false, [], []) { Targets = (0.1, 0.1, 2) }], "page.md");

        Assert.Equal(["page.md", "page/sample-intervals.svg", "page/closed-histogram.svg"], files.Select(file => file.Name));
        // Errors 20 and 70 %, one of two held: mean 45 %.
        Assert.Contains("| A sample | **tonne** | 2 | 45.0 % | 45.0 % | 70 % | 1 (50.0 %)", files[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("## A row", files[0].Text, StringComparison.Ordinal);
        Assert.Contains("**not kept**", files[0].Text, StringComparison.Ordinal);
        Assert.Contains("Two &lt;b&gt;", files[1].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Two", files[2].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Two", files[0].Text[files[0].Text.IndexOf("## Closed", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.All(files.Skip(1), file => System.Xml.Linq.XDocument.Parse(file.Text));
    }

    [Fact]
    public void The_page_in_the_docs_says_what_the_tables_give_today()
    {
        var docs = File.ReadAllText(Path.Combine(Repository.Root, "docs", "validation.md"));

        ValidationSection[] sections = [ValidationPage.CreatePublisherSection(), ValidationPage.CreateSiblingSection()];
        var today = ValidationPage.Write(sections, "validation.md")[0].Text;

        // Lines of tables: the summary, the tools beside it, every case. tonne estimate validate --page docs/validation.md --data FOLDER makes it again.
        Assert.All(today.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)), line => Assert.Contains(line, docs, StringComparison.Ordinal));
    }

    static TrainingRanking Sample() => TrainingRanking.Rank(
        [.. new[] { "a100", "h100", "TPU v4" }.Select(name => new TrainingTask(AcceleratorCatalog.Find(name).ValueOrThrow) { Parameters = 13e9, Tokens = 1e12, Chips = 512 })],
        new Place(Zone: "FR", How: PlaceOrigin.Given));
}
