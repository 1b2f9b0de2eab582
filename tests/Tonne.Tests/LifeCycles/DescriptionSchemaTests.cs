using System.Text.Json.Nodes;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Tests.Architecture;

namespace Tonne.Tests.LifeCycles;

/// <summary>The published schema of descriptions and the reader know the same keys.</summary>
public class DescriptionSchemaTests
{
    static readonly JsonNode _schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "formats", "footprint.schema.json")))!;

    public static TheoryData<string> Examples => [.. Directory.GetFiles(Path.Combine(Repository.Root, "examples", "footprints"), "*.yaml").Select(path => Path.GetFileName(path))];

    [Fact]
    public void Every_block_has_the_keys_of_the_reader_and_no_others()
    {
        Same(_schema, DescriptionKeys.Life);
        Same(Definition("phase"), DescriptionKeys.Phase);
        Same(Definition("place"), DescriptionKeys.Place);
        Same(Definition("facility"), DescriptionKeys.Facility);
        Same(Definition("market"), DescriptionKeys.Market);
        Same(Definition("supply"), DescriptionKeys.Supply);
        Same(Definition("use")["anyOf"]![1]!, DescriptionKeys.Use);
        Same(Definition("hardware")["anyOf"]![1]!, DescriptionKeys.Hardware);
        Same(Definition("item"), DescriptionKeys.Item);
        Same(Definition("run")["anyOf"]![1]!, DescriptionKeys.Run);
        Same(Definition("phase")["properties"]!["data"]!, DescriptionKeys.Data);
        Same(Definition("estimate"), DescriptionKeys.Estimate);
        Same(Definition("estimate")["properties"]!["training"]!, DescriptionKeys.EstimateTraining);
        Same(Definition("estimate")["properties"]!["inference"]!, DescriptionKeys.EstimateInference);
        Same(Definition("phase")["properties"]!["published"]!, DescriptionKeys.Published);
        Same(Definition("quantity")["anyOf"]![1]!, DescriptionKeys.Quantity);

        static JsonNode Definition(string name) => _schema["$defs"]![name]!;

        static void Same(JsonNode block, string[] keys) => Assert.Equal(keys.Order(StringComparer.Ordinal), block["properties"]!.AsObject().Select(property => property.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_examples_keep_the_schema_and_are_read(string file)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "examples", "footprints", file));

        Assert.Empty(PublishedSchema.FindProblems(Json(DescriptionParser.Read(text, file)), _schema));
        Assert.NotEmpty(LifeCycleReader.Read(text, file).Phases);
    }

    [Theory]
    [InlineData("name: a\nphases: [{name: training, dynamic: {chiphours: 3}}]")]
    [InlineData("name: a\nphases: [{name: training, offsets: 3 t}]")]
    [InlineData("name: a\nphases: []")]
    [InlineData("phases: [{name: training, dynamic: 1 kWh}]")]
    public void The_schema_refuses_what_the_reader_refuses(string text)
    {
        Assert.NotEmpty(PublishedSchema.FindProblems(Json(DescriptionParser.Read(text, "a.yaml")), _schema));
        Assert.Throws<DescriptionException>(() => LifeCycleReader.Read(text, "a.yaml"));
    }

    static JsonNode? Json(DescriptionNode node) => node switch
    {
        DescriptionNode.Scalar scalar => scalar.Text,
        DescriptionNode.Sequence list => new JsonArray([.. list.Items.Select(Json)]),
        DescriptionNode.Mapping mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Json(entry.Value)))),
        _ => null,
    };
}
