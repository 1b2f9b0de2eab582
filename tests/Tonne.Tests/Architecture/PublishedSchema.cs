using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Tonne.Tests.Architecture;

/// <summary>Checks a document against one of our published JSON schemas.</summary>
static class PublishedSchema
{
    // A schema registers itself by its $id, so each is built once.
    static readonly ConcurrentDictionary<string, Lazy<JsonSchema>> _schemas = new(StringComparer.Ordinal);

    /// <summary>The places where the document breaks the schema, each with the reason; empty if it keeps it.</summary>
    public static IReadOnlyList<string> FindProblems(JsonNode? document, JsonNode schema)
    {
        var built = _schemas.GetOrAdd(schema.ToJsonString(), text => new Lazy<JsonSchema>(() => JsonSchema.FromText(text))).Value;
        var result = built.Evaluate(JsonSerializer.SerializeToElement(document), new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (result.IsValid)
            return [];
        var errors = from detail in result.Details ?? []
                     from error in detail.Errors ?? []
                     select $"{detail.InstanceLocation}: {error.Value}";
        return [.. errors.DefaultIfEmpty("the document does not match")];
    }
}
