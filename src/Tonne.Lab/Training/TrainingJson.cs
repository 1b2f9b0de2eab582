using System.Text.Json.Serialization;

namespace Tonne.Lab.Training;

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrainingState))]
sealed partial class TrainingJson : JsonSerializerContext;
