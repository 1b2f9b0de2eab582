using System.Text.Json.Serialization;

namespace Tonne.Cli.Fleets;

/// <summary>JSON of <see cref="FleetFile"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(FleetFile))]
sealed partial class FleetFileJson : JsonSerializerContext;
