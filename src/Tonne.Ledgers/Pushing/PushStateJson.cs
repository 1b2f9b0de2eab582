using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Pushing;

/// <summary>JSON of the files that a push keeps.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(PushNote))]
[JsonSerializable(typeof(FleetSettingsDocument))]
sealed partial class PushStateJson : JsonSerializerContext;
