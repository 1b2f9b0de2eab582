using System.Text.Json.Nodes;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Explaining;

public class ExplanationTests
{
    [Theory]
    [InlineData("emissions", 80, true)]
    [InlineData("emissions", 100, false)]
    [InlineData("embodied", 60, true)]
    [InlineData("stages.train.energy_kwh", 120, true)]
    public void An_explanation_looks_as_reviewed(string figure, int width, bool unicode)
    {
        var footprint = SampleRuns.Account(SampleRuns.Training());
        var text = Golden.TextOf(writer => Explanation.Create(FigureIndex.Find(footprint, figure).ValueOrThrow).Write(writer, new TerminalCapabilities { Width = width, Unicode = unicode }));
        Golden.Matches($"Golden/explain-{figure}-{width}{(unicode ? "" : "-ascii")}.golden.txt", text);
        foreach (var line in text.Split('\n'))
        {
            Assert.True(TextSanitizer.CountColumns(line) <= width, line);
            Assert.Equal(line.TrimEnd(), line);
        }

        if (!unicode)
            Assert.All(text, c => Assert.True(c < 128, c.ToString()));
    }

    [Theory]
    [InlineData("emissions", "emissions_kg.total")]
    [InlineData("Emissions", "emissions_kg.total")]
    [InlineData("emissions_kg.operational", "emissions_kg.operational")]
    [InlineData("operational", "emissions_kg.operational")]
    [InlineData("energy", "energy_kwh")]
    [InlineData("machine energy", "machine_energy_kwh")]
    [InlineData("facility", "facility_energy_kwh")]
    [InlineData("embodied", "emissions_kg.embodied")]
    [InlineData("stages.train.energy_kwh", "stages.train.energy_kwh")]
    [InlineData("train energy", "stages.train.energy_kwh")]
    [InlineData("train", "stages.train.emissions_kg")]
    [InlineData("stages.train", "stages.train.emissions_kg")]
    [InlineData("(outside) energy", "stages.(outside).energy_kwh")]
    [InlineData("epoch 3", "epochs.3.emissions_kg")]
    [InlineData("epochs.10.energy_kwh", "epochs.10.energy_kwh")]
    public void A_figure_is_found_as_people_write_it(string written, string name) =>
        Assert.Equal(name, FigureIndex.Find(SampleRuns.Account(SampleRuns.Training()), written).ValueOrThrow.Name);

    [Theory]
    [InlineData("emisions", "emissions_kg")]
    [InlineData("trian energy", "stages.train.energy_kwh")]
    [InlineData("xyzzy", "energy_kwh")]
    public void An_unknown_figure_names_its_neighbours(string written, string near)
    {
        var lookup = FigureIndex.Find(SampleRuns.Account(SampleRuns.Training()), written);
        Assert.False(lookup.IsFound);
        Assert.Contains(near, lookup.Unknown.Message);
    }

    [Fact]
    public void The_weights_are_those_computed_by_hand()
    {
        // F = a·b with a in [0.5, 1, 2], b in [0.9, 1, 1.2]: s = 1 for both, so the shares are the mean squares of σ±·1.96:
        // a: ln2² = 0.480453; b: (ln(1/0.9)² + ln(1.2)²)/2 = (0.0111008 + 0.0332413)/2 = 0.0221711. a ÷ (a + b) = 0.955888.
        var source = new Source("S", "s");
        var (a, b) = (new Factor("a", "a", "1", new(0.5, 1, 2), Quality.Assumed, source), new Factor("b", "b", "1", new(0.9, 1, 1.2), Quality.Assumed, source));
        var weights = FactorContribution.ComputeAll(new Derivation.Product("F", "1", [new Derivation.FactorNode(a), new Derivation.FactorNode(b)]));
        Assert.Equal("a", weights[0].Factor.Id);
        Assert.Equal(1, weights[0].Sensitivity, 12);
        Assert.Equal(0.955888, weights[0].Share, 5);
        Assert.Equal(1, weights.Sum(weight => weight.Share), 12);
    }

    [Fact]
    public void A_repeated_factor_is_reported_once_and_then_named_as_the_same()
    {
        var text = Golden.TextOf(writer => Explanation.Create(SampleRuns.Account(SampleRuns.Shell()).Total).Write(writer, new TerminalCapabilities { Width = 120 }));
        // cpu/idle, cpu/busy and memory again under other, and the share of other twice more.
        Assert.Equal(5, text.Split("the same factor as above").Length - 1);
        Assert.Contains("A life-cycle assessment made for tests", text);
        Assert.Contains("https://example.org/grid", text);
    }

    [Fact]
    public void The_document_looks_as_reviewed_and_its_tree_comes_to_its_value()
    {
        var record = SampleRuns.Training();
        var footprint = SampleRuns.Account(record);
        Golden.Matches("Golden/explain-emissions.golden.json", ExplanationDocument.From(record, footprint, Explanation.Create(footprint.Total)).ToJson() + "\n");
        foreach (var figure in footprint.GetFigures())
        {
            var document = JsonNode.Parse(ExplanationDocument.From(record, footprint, Explanation.Create(figure)).ToJson())!;
            Assert.Equal("schema", document.AsObject().First().Key);
            var factors = document["factors"]!.AsArray().ToDictionary(factor => (string)factor!["id"]!, factor => (double)factor!["value"]!);
            Assert.Equal((double)document["quantity"]!["value"]!, Evaluate(document["derivation"]!, factors), 1e-9 * figure.Value);
        }
    }

    /// <summary>What a page does: evaluates the tree from the document alone.</summary>
    static double Evaluate(JsonNode node, Dictionary<string, double> factors)
    {
        var of = node["of"]?.AsArray().Select(child => Evaluate(child!, factors)).ToList() ?? [];
        return (string)node["op"]! switch
        {
            "counted" => (double)node["value"]!,
            "factor" => factors[(string)node["factor"]!],
            "sum" => of.Sum(),
            "difference" => of[0] - of[1],
            "product" => of.Aggregate((double?)node["scale"] ?? 1, (product, value) => product * value),
            "quotient" => of[0] / of[1],
            var other => throw new InvalidOperationException(other),
        };
    }
}
