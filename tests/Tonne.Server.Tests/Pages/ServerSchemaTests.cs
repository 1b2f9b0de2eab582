using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Tonne.Reporting.Watching;
using Tonne.Server.Fleet;
using Tonne.Tests;

namespace Tonne.Server.Tests.Pages;

/// <summary>The schema of the documents that the pages read; <c>npm run types</c> makes <c>web/src/documents.ts</c> from it.</summary>
public class ServerSchemaTests
{
    static readonly string[] _documents =
    [
        "RunPageDocument", "FilterDocument", "TotalDocument", "BudgetDocument", "CatalogListDocument", "AdviceDocument",
        "ServiceListDocument", "ServiceDocument", "MonthDocument",
    ];

    // The OpenAPI document of a server without a database does not have them: an address answers a stream, the others are not there.
    static readonly Type[] _others = [typeof(WatchDocument), typeof(FleetDocument), typeof(PersonDocument), typeof(SignedOutDocument)];

    [Fact]
    public async Task The_published_schema_is_that_of_the_documents()
    {
        await using var server = await RunningServer.StartAsync();

        Golden.Matches(Path.Combine("..", "..", "docs", "formats", "tonne.server.schema.json"), Create((await server.GetJsonAsync("/openapi/v1.json"))["components"]!["schemas"]!.AsObject()));
    }

    // They are in the OpenAPI document; beside a reference one would make a type of its own.
    static void RemoveDescriptions(JsonNode node)
    {
        if (node is JsonObject { } part)
        {
            foreach (var name in new[] { "description", "format" })
            {
                // A property of that name has an object here.
                if (part[name] is JsonValue)
                    part.Remove(name);
            }
        }

        foreach (var child in node switch { JsonObject one => one.Select(pair => pair.Value).ToList(), JsonArray list => [.. list], _ => [] })
        {
            if (child is JsonObject or JsonArray)
                RemoveDescriptions(child);
        }
    }

    static string Create(JsonObject described)
    {
        var all = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        var waiting = new Queue<string>(_documents);
        while (waiting.TryDequeue(out var name))
        {
            if (all.ContainsKey(name))
                continue;
            var schema = described[name]!;
            all[name] = JsonNode.Parse(schema.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
            foreach (var other in described.Select(pair => pair.Key).Where(other => schema.ToJsonString().Contains($"#/components/schemas/{other}\"", StringComparison.Ordinal)))
                waiting.Enqueue(other);
        }

        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        foreach (var type in _others)
            all[type.Name] = JsonSchemaExporter.GetJsonSchemaAsNode(options, type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        foreach (var schema in all.Values)
            RemoveDescriptions(schema!);
        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "ServerDocuments",
            ["description"] = "The documents of tonne serve that its pages read: see server.md. Written by ServerSchemaTests from the C# types.",
            ["type"] = "object",
            ["properties"] = new JsonObject(_documents.Concat(_others.Select(type => type.Name)).Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject { ["$ref"] = "#/$defs/" + name }))),
            ["$defs"] = new JsonObject(all),
        };
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }
}
