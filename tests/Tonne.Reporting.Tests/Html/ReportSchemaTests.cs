using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tonne.Accounting;
using Tonne.Reporting.Advising;
using Tonne.Reporting.Html;
using Tonne.Reporting.Html.Comparisons;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Html.Estimates;
using Tonne.Reporting.Html.LifeCycles;
using Tonne.Reporting.Tests.Terminal;
using Tonne.Tests;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Html;

public class ReportSchemaTests
{
    static readonly string _folder = Path.Combine("..", "..", "docs", "formats");

    [Fact]
    public void The_published_schema_is_that_of_the_document() =>
        Matches(ReportJsonContext.Default.ReportDocument, ReportDocument.SchemaName, "Report", "tonne report --html");

    [Fact]
    public void The_published_schema_of_a_comparison_is_that_of_the_document() => Matches(
        ReportJsonContext.Default.ComparisonPageDocument, ComparisonPageDocument.SchemaName, "ComparisonPage", "tonne compare --html");

    [Fact]
    public void The_published_schema_of_a_life_cycle_is_that_of_the_document() => Matches(
        ReportJsonContext.Default.FootprintPageDocument, FootprintPageDocument.SchemaName, "FootprintPage", "tonne footprint --html");

    [Fact]
    public void The_published_schema_of_an_estimate_is_that_of_the_document() => Matches(
        ReportJsonContext.Default.EstimatePageDocument, EstimatePageDocument.SchemaName, "EstimatePage", "tonne estimate --html");

    static void Matches(JsonTypeInfo type, string name, string title, string command) =>
        Golden.Matches(Path.Combine(_folder, $"{name[..name.IndexOf('/')]}.schema.json"), CreateSchema(type, name, title, command));

    /// <summary>Checks a document against its published schema.</summary>
    internal static void AssertMatchesSchema(PageDocument page)
    {
        var document = JsonNode.Parse(page.Json)!;
        var name = ((string)document["schema"]!).Split('/')[0];
        Assert.Empty(PublishedSchema.FindProblems(document, JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs",
            "formats", $"{name}.schema.json")))!));
    }

    [Theory]
    [InlineData("shell")]
    [InlineData("training")]
    [InlineData("metered")]
    [InlineData("troubled")]
    public void The_document_of_each_sample_run_matches_the_published_schema(string sample)
    {
        var (record, footprint) = RunSummaryTextTests.Sample(sample);
        var document = JsonSerializer.SerializeToNode(
            ReportDocumentBuilder.Create(record, footprint, new HtmlReportOptions
            {
                WithDetails = true,
                Advice = RunAdvisor.Advise(new LedgerEntry(record, [footprint.CreateStatement(DateTimeOffset.UnixEpoch)]), static _ => null),
            }),
                ReportJsonContext.Default.ReportDocument)!;
        Assert.Empty(PublishedSchema.FindProblems(document, JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs",
            "formats", "tonne.report.schema.json")))!));
        Assert.Equal("schema", document.AsObject().First().Key);
    }

    /// <summary>
    /// The schema of the C# types, with each type under <c>$defs</c> by its name: the types of the page in TypeScript are made from it.
    /// </summary>
    static string CreateSchema(JsonTypeInfo type, string name, string title, string command)
    {
        var definitions = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        DescribeObject(type, definitions);
        var schema = definitions[type.Type.Name].AsObject();
        definitions.Remove(type.Type.Name);
        schema["properties"]!["schema"] = new JsonObject { ["const"] = name };
        var head = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = title,
            ["description"] = $"The document in a page of {command}: see report.md. Written by ReportSchemaTests from the C# types.",
        };
        foreach (var (field, value) in schema)
            head[field] = value?.DeepClone();
        head["$defs"] = new JsonObject(definitions.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        return head.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    static JsonNode Describe(Type type, bool isNullable, SortedDictionary<string, JsonNode> definitions)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Describe(inner, true, definitions);
        var info = ReportJsonContext.Default.GetTypeInfo(type)!;
        if (info.Kind == JsonTypeInfoKind.Enumerable)
        {
            return OrNull(new JsonObject { ["type"] = "array", ["items"] = Describe(info.ElementType!, false, definitions) });
        }

        if (info.Kind == JsonTypeInfoKind.Object)
        {
            DescribeObject(info, definitions);
            return OrNull(new JsonObject { ["$ref"] = $"#/$defs/{type.Name}" });
        }

        var word = type == typeof(bool) ? "boolean"
            : type == typeof(int) || type == typeof(long) ? "integer"
            : type == typeof(double) ? "number"
            : "string";
        return new JsonObject { ["type"] = isNullable ? new JsonArray(word, "null") : JsonValue.Create(word) };

        JsonNode OrNull(JsonObject one) =>
            isNullable ? new JsonObject { ["anyOf"] = new JsonArray(one, new JsonObject { ["type"] = "null" }) } : one;
    }

    static void DescribeObject(JsonTypeInfo info, SortedDictionary<string, JsonNode> definitions)
    {
        if (definitions.ContainsKey(info.Type.Name))
            return;
        definitions[info.Type.Name] = new JsonObject();
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var property in info.Properties)
        {
            // A field that is absent when it is null is optional, and never null.
            var isOptional = property.ShouldSerialize is not null || IsIgnoredWhenNull(info.Type, property.Name);
            properties[property.Name] = Describe(property.PropertyType, property.IsGetNullable && !isOptional, definitions);
            if (isOptional && properties[property.Name]!["type"] is JsonArray types)
                properties[property.Name]!["type"] = types[0]!.DeepClone();
            if (!isOptional)
                required.Add(property.Name);
        }

        definitions[info.Type.Name] = new JsonObject
        {
            ["type"] = "object", ["additionalProperties"] = false, ["required"] = required, ["properties"] = properties,
        };
    }

    static bool IsIgnoredWhenNull(Type type, string name) => type.GetProperties()
        .Any(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name) == name
            && property.IsDefined(typeof(JsonIgnoreAttribute), inherit: false));
}
