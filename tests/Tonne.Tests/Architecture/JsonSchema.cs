using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tonne.Tests.Architecture;

/// <summary>Holds a document against one of our published schemas.</summary>
static class JsonSchema
{
    /// <summary>The words of JSON Schema 2020-12 that our published schemas use; any other word is an error, so that none is silently ignored.</summary>
    public static IEnumerable<string> Problems(JsonNode? value, JsonNode schema, JsonNode root, string path)
    {
        foreach (var (word, rule) in schema.AsObject())
        {
            IEnumerable<string> found = word switch
            {
                "$schema" or "title" or "$defs" or "description" => [],
                "$ref" => Problems(value, root["$defs"]![((string)rule!)["#/$defs/".Length..]]!, root, path),
                "const" => JsonNode.DeepEquals(value, rule) ? [] : [$"{path} is not {rule}"],
                "enum" => rule!.AsArray().Any(item => JsonNode.DeepEquals(item, value)) ? [] : [$"{path} is {value}"],
                "type" => (rule is JsonArray types ? types.Select(type => (string)type!) : [(string)rule!]).Any(type => Is(value, type)) ? [] : [$"{path} is {value} and not {rule}"],
                "minimum" => value is JsonValue low && low.GetValueKind() == JsonValueKind.Number && (double)low < (double)rule! ? [$"{path} is {value}"] : [],
                "maximum" => value is JsonValue high && high.GetValueKind() == JsonValueKind.Number && (double)high > (double)rule! ? [$"{path} is {value}"] : [],
                "anyOf" => rule!.AsArray().Any(choice => !Problems(value, choice!, root, path).Any()) ? [] : [$"{path} is none of the choices"],
                "required" => value is JsonObject fields ? rule!.AsArray().Where(name => !fields.ContainsKey((string)name!)).Select(name => $"{path} lacks {name}") : [],
                "properties" => value is JsonObject fields ? fields.Where(field => rule![field.Key] is not null).SelectMany(field => Problems(field.Value, rule![field.Key]!, root, $"{path}.{field.Key}")) : [],
                "additionalProperties" => value is JsonObject fields
                    ? fields.Where(field => schema["properties"]?[field.Key] is null).SelectMany(field => rule is JsonObject ? Problems(field.Value, rule, root, $"{path}.{field.Key}") : [$"{path} has {field.Key}"])
                    : [],
                "minItems" => value is JsonArray list && list.Count < (int)rule! ? [$"{path} has {list.Count} items"] : [],
                "items" => value is JsonArray items ? items.SelectMany((item, i) => Problems(item, rule!, root, $"{path}[{i}]")) : [],
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
