using System.Text.Json.Serialization;

namespace Tonne.Server.Proxying;

/// <summary>JSON of the proxy's own documents.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProxyErrorDocument))]
[JsonSerializable(typeof(RequestDocument))]
[JsonSerializable(typeof(RequestsDocument))]
sealed partial class ProxyJson : JsonSerializerContext;
