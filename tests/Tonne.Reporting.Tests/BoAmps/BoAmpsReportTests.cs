using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Json.Schema;
using Tonne.Reporting.BoAmps;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.BoAmps;

/// <summary>Reports against the schema of Boavizta/BoAmps (CC BY 4.0), see Schema/README.md.</summary>
/// <remarks>
/// Required by it: task (taskStage, taskFamily, algorithms of one at least, dataset of one at least with dataUsage and dataType), measures of one at least
/// (measurementMethod, powerConsumption), infrastructure (infraType, components of one at least with componentType and nbComponent); where they are given:
/// header (reportDatetime), system (os), software (language), environment (country). Enumerations: reportStatus, dataUsage, dataType, infraType, quality.
/// </remarks>
public class BoAmpsReportTests
{
    static readonly DateTimeOffset _at = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    static readonly JsonSchema _schema = ReadSchema();

    static JsonSchema ReadSchema()
    {
        JsonSchema? report = null;
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "BoAmps", "Schema"), "*.json"))
        {
            // Draft 4 names the id 'id'; the keywords that the files use are the same in draft 7.
            var schema = JsonSchema.FromText(File.ReadAllText(file).Replace("draft-04", "draft-07", StringComparison.Ordinal).Replace("\"id\": \"https", "\"$id\": \"https", StringComparison.Ordinal));
            if (file.EndsWith("report_schema.json", StringComparison.Ordinal))
                report = schema;
            else
                SchemaRegistry.Global.Register(schema);
        }

        return report!;
    }

    static bool IsValid(BoAmpsReport report)
    {
        using var document = System.Text.Json.JsonDocument.Parse(report.ToJson());
        return _schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List }).IsValid;
    }

    static RunRecord Tagged(RunRecord record, params (string Tag, string Value)[] tags) =>
        record with { Opening = record.Opening with { Tags = tags.ToImmutableSortedDictionary(tag => tag.Tag, tag => tag.Value, StringComparer.Ordinal) } };

    static readonly (string, string)[] _all =
        [("task-stage", "training"), ("task-family", "digitClassification"), ("algorithm", "multilayerPerceptron"), ("data-type", "image"), ("infra-type", "onPremise")];

    [Fact]
    public void A_run_whose_tags_state_the_task_is_a_valid_report()
    {
        var record = Tagged(SampleRuns.Training(), _all);
        var report = BoAmpsReport.Create(record, SampleRuns.Account(record), _at, "0.1.0");

        Assert.Empty(report.MissingFields);
        Assert.True(IsValid(report), report.ToJson());
        Golden.Matches("Golden/boamps-training.golden.json", report.ToJson());
        var measure = JsonNode.Parse(report.ToJson())!["measures"]![0]!;
        // 1,272 J at the plug; 400 CPU-seconds of 8 threads in 100 s.
        Assert.Equal(1272 / 3.6e6, measure["powerConsumption"]!.GetValue<double>(), 1e-15);
        Assert.Equal(0.5, measure["averageUtilizationCpu"]!.GetValue<double>(), 1e-12);
    }

    [Fact]
    public void What_a_run_does_not_state_is_listed_and_never_invented()
    {
        var record = SampleRuns.Shell();
        var report = BoAmpsReport.Create(record, SampleRuns.Account(record), _at, "0.1.0");

        Assert.Equal(["task.taskStage", "task.taskFamily", "task.algorithms", "task.dataset", "infrastructure.infraType"], report.MissingFields.Select(field => field.Path));
        Assert.False(IsValid(report));
        Assert.Contains("not known: task.taskStage", JsonNode.Parse(report.ToJson())!["task"]!["taskDescription"]!.GetValue<string>());
    }

    [Fact]
    public void Each_missing_field_is_one_that_makes_the_report_invalid()
    {
        foreach (var (left, _) in _all)
        {
            var record = Tagged(SampleRuns.Shell(), [.. _all.Where(tag => tag.Item1 != left)]);
            var report = BoAmpsReport.Create(record, SampleRuns.Account(record), _at, "0.1.0");

            Assert.Single(report.MissingFields);
            Assert.False(IsValid(report), left);
        }
    }

    [Fact]
    public void Metered_and_troubled_runs_are_valid_with_their_tags()
    {
        foreach (var (run, factors) in new[] { SampleRuns.Metered(), SampleRuns.Troubled() })
        {
            var record = Tagged(run, _all);
            var report = BoAmpsReport.Create(record, SampleRuns.Account(record, factors), _at, "0.1.0");

            Assert.True(IsValid(report), report.ToJson());
        }
    }

    [Fact]
    public void The_id_of_a_report_is_that_of_its_run()
    {
        Assert.Equal(Id(SampleRuns.Shell()), Id(SampleRuns.Shell()));
        Assert.NotEqual(Id(SampleRuns.Shell()), Id(SampleRuns.Training()));

        static string Id(RunRecord record) => JsonNode.Parse(BoAmpsReport.Create(record, SampleRuns.Account(record), _at, "0.1.0").ToJson())!["header"]!["reportId"]!.GetValue<string>();
    }
}
