using System.Text.Json;
using System.Text.Json.Nodes;
using Tonne.Reports;
using Tonne.Tests.House;

namespace Tonne.Tests.Reports;

public class RunSchemaTests
{
    static readonly JsonNode _schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "formats", "tonne.run.schema.json")))!;

    [Theory]
    [InlineData("shell")]
    [InlineData("training")]
    [InlineData("metered")]
    [InlineData("troubled")]
    public void Each_sample_run_keeps_the_published_schema_and_has_no_field_it_does_not_know(string sample)
    {
        var (record, footprint) = SummaryTests.Sample(sample);
        var run = JsonNode.Parse(RunDocument.Of(record, footprint).ToJson())!;
        Assert.Empty(Problems(run, _schema, "run"));
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
        var (record, footprint) = SummaryTests.Sample("training");
        var run = JsonNode.Parse(RunDocument.Of(record, footprint).ToJson())!;
        run[field] = JsonNode.Parse(json);
        Assert.NotEmpty(Problems(run, _schema, "run"));
        run.AsObject().Remove(field);
        Assert.NotEmpty(Problems(run, _schema, "run"));
    }

    /// <summary>The words of JSON Schema 2020-12 that the published schema uses; any other word is an error, so that none is silently ignored.</summary>
    static IEnumerable<string> Problems(JsonNode? value, JsonNode schema, string path)
    {
        foreach (var (word, rule) in schema.AsObject())
        {
            IEnumerable<string> found = word switch
            {
                "$schema" or "title" or "$defs" => [],
                "$ref" => Problems(value, _schema["$defs"]![((string)rule!)["#/$defs/".Length..]]!, path),
                "const" => JsonNode.DeepEquals(value, rule) ? [] : [$"{path} is not {rule}"],
                "enum" => rule!.AsArray().Any(item => JsonNode.DeepEquals(item, value)) ? [] : [$"{path} is {value}"],
                "type" => (rule is JsonArray types ? types.Select(type => (string)type!) : [(string)rule!]).Any(type => Is(value, type)) ? [] : [$"{path} is {value} and not {rule}"],
                "minimum" => value is JsonValue low && low.GetValueKind() == JsonValueKind.Number && (double)low < (double)rule! ? [$"{path} is {value}"] : [],
                "maximum" => value is JsonValue high && high.GetValueKind() == JsonValueKind.Number && (double)high > (double)rule! ? [$"{path} is {value}"] : [],
                "anyOf" => rule!.AsArray().Any(choice => !Problems(value, choice!, path).Any()) ? [] : [$"{path} is none of the choices"],
                "required" => value is JsonObject fields ? rule!.AsArray().Where(name => !fields.ContainsKey((string)name!)).Select(name => $"{path} lacks {name}") : [],
                "properties" => value is JsonObject fields ? fields.Where(field => rule![field.Key] is not null).SelectMany(field => Problems(field.Value, rule![field.Key]!, $"{path}.{field.Key}")) : [],
                "additionalProperties" => value is JsonObject fields
                    ? fields.Where(field => schema["properties"]?[field.Key] is null).SelectMany(field => rule is JsonObject ? Problems(field.Value, rule, $"{path}.{field.Key}") : [$"{path} has {field.Key}"])
                    : [],
                "items" => value is JsonArray items ? items.SelectMany((item, i) => Problems(item, rule!, $"{path}[{i}]")) : [],
                _ => throw new InvalidOperationException($"The schema uses '{word}', which this test does not know."),
            };
            foreach (var problem in found)
                yield return problem;
        }
    }

    static bool Is(JsonNode? value, string type) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) or ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String)
            or ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => (double)value! == Math.Floor((double)value!),
        _ => false,
    };
}
