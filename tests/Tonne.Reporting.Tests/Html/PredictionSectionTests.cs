using System.Text.Json.Nodes;
using Tonne.Reporting.Html;
using Tonne.Reporting.Tests.Terminal;

namespace Tonne.Reporting.Tests.Html;

public class PredictionSectionTests
{
    static string Document(string owner) => $$$"""
        {"schema": "tonne.prediction/1", "text": "Das ist ein Test.", "text_of": "{{{owner}}}", "class": "de",
         "probabilities": [{"class": "en", "probability": 0.25}, {"class": "de", "probability": 0.75}],
         "layers": [
           {"name": "hidden 1", "does": "relu", "inputs": 512, "outputs": 32, "parameters": 16416, "operations": 32832, "duration_s": 3e-6,
            "energy_kwh": {"value": 2e-12, "low": 1e-12, "high": 4e-12}},
           {"name": "output", "does": "softmax", "inputs": 32, "outputs": 2, "parameters": 66, "operations": 132, "duration_s": 1e-6,
            "energy_kwh": {"value": 1e-12, "low": 5e-13, "high": 2e-12}}],
         "duration_s": 4e-6, "operations": 32964, "energy_kwh": {"value": 3e-12, "low": 1.5e-12, "high": 6e-12}}
        """;

    static JsonNode? Create(string? json, bool withDetails = false)
    {
        var (record, footprint) = RunSummaryTextTests.Sample("training");
        var page = PageDocument.FromRun(record, footprint, new HtmlReportOptions { Prediction = json, WithDetails = withDetails });
        ReportSchemaTests.AssertMatchesSchema(page);
        return JsonNode.Parse(page.Json)!["prediction"];
    }

    [Fact]
    public void Layers_come_in_order_and_classes_by_probability()
    {
        var prediction = Create(Document("tonne"))!;
        Assert.Equal("Das ist ein Test.", (string?)prediction["text"]);
        Assert.Equal(["hidden 1", "output"], prediction["layers"]!.AsArray().Select(layer => (string?)layer!["name"]));
        Assert.Equal("512 → 32", (string?)prediction["layers"]![0]!["shape"]);
        Assert.Equal(0.75, (double)prediction["layers"]![0]!["share"]!);
        // 2e-12 kWh × 3.6e6 J/kWh = 7.2 µJ.
        Assert.Equal("7.2 µJ", (string?)prediction["layers"]![0]!["energy_text"]);
        Assert.Equal(["de", "en"], prediction["classes"]!.AsArray().Select(one => (string?)one!["name"]));
    }

    [Fact]
    public void A_text_of_the_user_is_there_only_if_it_was_asked_for()
    {
        Assert.Null((string?)Create(Document("user"))!["text"]);
        Assert.Equal("Das ist ein Test.", (string?)Create(Document("user"), withDetails: true)!["text"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"layers\": 1}")]
    public void A_page_without_a_readable_prediction_has_none(string? json) => Assert.Null(Create(json));
}
