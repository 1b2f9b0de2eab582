using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Pushing;

/// <summary>JSON of the answers to a push.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PushAnswer))]
[JsonSerializable(typeof(NodeReport))]
public sealed partial class PushJson : JsonSerializerContext;
