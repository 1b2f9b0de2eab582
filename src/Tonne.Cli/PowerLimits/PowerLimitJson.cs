using System.Text.Json.Serialization;

namespace Tonne.Cli.PowerLimits;

/// <summary>Source-generated JSON of the file of power limits.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PowerLimitRecord))]
sealed partial class PowerLimitJson : JsonSerializerContext;
