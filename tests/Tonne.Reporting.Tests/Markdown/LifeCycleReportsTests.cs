using System.Text.Json.Nodes;
using Tonne.Accounting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Regulatory;
using Tonne.Reporting.Terminal;
using Tonne.Reporting.Tests.Terminal;
using Tonne.Sci;
using Tonne.Tests;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Markdown;

public class LifeCycleReportsTests
{
    /// <summary>A life with every kind of line: bounds, contracts, a building, hardware, runs left out.</summary>
    const string Assistant = """
        name: an assistant
        description: Small, made up, with every kind of line.
        place: {intensity: {best: 60 g/kWh, low: 50 g/kWh, high: 72 g/kWh}, basis: lifecycle}
        facility: {pue: {best: 1.2, low: 1.15, high: 1.3}, wue: 0.3 L/kWh, grid_water: 2 L/kWh}
        phases:
          - name: experiments
            dynamic: {chip_hours: 40000, power: {best: 450 W, low: 380 W, high: 520 W}}
          - name: failed runs
            dynamic: 3 MWh
          - name: training
            dynamic: {hours: 1000, devices: 64, power: {best: 600 W, low: 550 W, high: 650 W}}
            idle: {energy: 4 MWh, quality: measured}
            infrastructure: {name: storage, energy: 1500 kWh}
            hardware:
              lifetime: {best: 4 y, low: 3 y, high: 6 y}
              utilisation: {best: 90 %, low: 60 %, high: 100 %}
              items:
                - {item: board, manufacturing: {best: 160 kg, low: 100 kg, high: 320 kg}}
                - {item: server, manufacturing: {best: 3200 kg, low: 900 kg, high: 9000 kg}, chips_per_item: 8}
            computation: 4.5e22 FLOP
            duration: 42 d
            market:
              residual_mix: 90 g/kWh
              on_site: {name: sun on the roof, energy: 2 MWh}
              contracts: {name: wind, share: 60 %, intensity: 11 g/kWh, matched: yearly}
          - name: serving
            kind: deployment
            dynamic: {best: 500 kWh, low: 400 kWh, high: 620 kWh}
            duration: 7 d
            units: {token: 1.4e9}
            notes: The first week.
        notes: <b>Not</b> a real one.
        """;

    static LifeCycle Life(string name) => new LifeCycleAccountant().Account(
        LifeCycleReader.Read(name == "bloom" ? File.ReadAllText(Path.Combine(Repository.Root, "examples", "footprints", "bloom.yaml")) : Assistant, name + ".yaml"), static _ => []);

    [Theory]
    [InlineData("bloom", 80)]
    [InlineData("bloom", 120)]
    [InlineData("assistant", 80)]
    [InlineData("assistant", 120)]
    public void A_life_on_a_screen(string name, int width) =>
        Golden.Matches($"Golden/life-{name}-{width}.txt", Golden.TextOf(writer => LifeCycleText.Write(writer, Life(name), new TerminalCapabilities { Width = width })));

    [Fact]
    public void A_life_in_ASCII() =>
        Golden.Matches("Golden/life-assistant-ascii.txt", Golden.TextOf(writer => LifeCycleText.Write(writer, Life("assistant"), new TerminalCapabilities { Unicode = false })));

    [Theory]
    [InlineData("bloom")]
    [InlineData("assistant")]
    public void A_life_as_JSON(string name) => Golden.Matches($"Golden/life-{name}.json", LifeCycleDocument.From(Life(name)).ToJson().Replace(Tonne.Catalogs.FactorSet.ShortHash, "0123456789ab", StringComparison.Ordinal) + "\n");

    [Theory]
    [InlineData("bloom")]
    [InlineData("assistant")]
    public void A_life_as_Markdown(string name) => Golden.Matches($"Golden/life-{name}.md", LifeCycleMarkdown.Render(Life(name)).Replace(Tonne.Catalogs.FactorSet.ShortHash, "0123456789ab", StringComparison.Ordinal));

    [Theory]
    [InlineData("bloom")]
    [InlineData("assistant")]
    public void The_form_of_the_AI_Act(string name) => Golden.Matches($"Golden/life-{name}.eu-ai-act.md", ModelDocumentationForm.RenderMarkdown(name, ModelDocumentationForm.CreateLines(Life(name))));

    [Fact]
    public void The_form_of_a_run_says_what_a_run_cannot_know()
    {
        var (record, footprint) = RunSummaryTextTests.Sample("training");
        Golden.Matches("Golden/training.eu-ai-act.md", ModelDocumentationForm.RenderMarkdown(record.Opening.Name, ModelDocumentationForm.CreateLines(record, footprint)));
    }

    [Fact]
    public void Rates_of_a_life_and_of_a_run()
    {
        var (record, footprint) = RunSummaryTextTests.Sample("training");
        Golden.Matches("Golden/sci.txt", Golden.TextOf(writer =>
        {
            SciReport.Write(writer, SoftwareCarbonIntensity.Calculate(Life("bloom")), new TerminalCapabilities());
            SciReport.Write(writer, SoftwareCarbonIntensity.Calculate(Life("assistant")), new TerminalCapabilities());
            SciReport.Write(writer, [SoftwareCarbonIntensity.Calculate($"run {record.Opening.Id}", footprint, FunctionalUnit.Parse("training run=1"), SciBoundary.Provider)], new TerminalCapabilities());
        }));
    }

    [Theory]
    [InlineData("bloom")]
    [InlineData("assistant")]
    public void A_life_as_JSON_keeps_the_published_schema_and_has_no_field_it_does_not_know(string name)
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "formats", "tonne.footprint.schema.json")))!;
        var document = JsonNode.Parse(LifeCycleDocument.From(Life(name)).ToJson())!;

        Assert.Empty(PublishedSchema.FindProblems(document, schema));
        document["life"]!["energy_kwh"] = 3;
        Assert.NotEmpty(PublishedSchema.FindProblems(document, schema));
    }

    [Fact]
    public void No_energy_is_made_up_for_a_form()
    {
        var life = new LifeCycleAccountant().Account(LifeCycleReader.Read("name: m\nphases: [{name: serving, kind: deployment, dynamic: 1 kWh}]", "m.yaml"), static _ => []);

        Assert.All(ModelDocumentationForm.CreateLines(life).Where(line => line.Section.Length > 0), line => Assert.Null(line.Answer));
        Assert.All(ModelDocumentationForm.CreateLines(life), line => Assert.NotEmpty(line.Why));
    }

    [Fact]
    public void Every_figure_of_the_document_can_be_explained()
    {
        var life = Life("assistant");
        foreach (var figure in life.GetFigures())
        {
            var document = JsonNode.Parse(ExplanationDocument.From(life, Explanation.Create(figure)).ToJson())!;
            Assert.Equal(figure.Value, (double)document["derivation"]!["value"]!, 1e-9 * Math.Max(1, figure.Value));
        }
    }
}
