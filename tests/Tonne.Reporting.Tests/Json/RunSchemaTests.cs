using System.Text.Json.Nodes;
using Tonne.Reporting.Json;
using Tonne.Reporting.Tests.Terminal;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Json;

public class RunSchemaTests
{
    static readonly JsonNode _schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "formats", "tonne.run.schema.json")))!;

    [Theory]
    [InlineData("shell")]
    [InlineData("training")]
    [InlineData("metered")]
    [InlineData("troubled")]
    public void Each_sample_run_matches_the_published_schema_and_has_no_unknown_field(string sample)
    {
        var (record, footprint) = RunSummaryTextTests.Sample(sample);
        var run = JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!;
        Assert.Empty(PublishedSchema.FindProblems(run, _schema));
        Assert.Equal(_schema["required"]!.AsArray().Select(name => (string)name!).Order(), run.AsObject().Select(field => field.Key).Order());
    }

    [Theory]
    [InlineData("status", "\"odd\"")]
    [InlineData("duration_s", "-1")]
    [InlineData("energy_kwh", "3")]
    [InlineData("tags", "{\"a\": 1}")]
    [InlineData("samples", "1.5")]
    public void The_schema_refuses_what_is_wrong(string field, string json)
    {
        var (record, footprint) = RunSummaryTextTests.Sample("training");
        var run = JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!;
        run[field] = JsonNode.Parse(json);
        Assert.NotEmpty(PublishedSchema.FindProblems(run, _schema));
        run.AsObject().Remove(field);
        Assert.NotEmpty(PublishedSchema.FindProblems(run, _schema));
    }
}
