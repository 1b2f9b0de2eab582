using System.Text.Json.Serialization;

namespace Tonne.Reporting.Watching;

/// <summary>JSON format of a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WatchDocument))]
sealed partial class WatchJson : JsonSerializerContext;
