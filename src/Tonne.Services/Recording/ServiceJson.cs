using System.Text.Json.Serialization;

namespace Tonne.Services.Recording;

/// <summary>Files of a service as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ServiceObservation))]
[JsonSerializable(typeof(ServiceSegment))]
sealed partial class ServiceJson : JsonSerializerContext;
