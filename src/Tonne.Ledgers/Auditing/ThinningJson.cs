using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Auditing;

/// <summary>JSON format of a note about a thinned or removed trace.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ThinningNote))]
[JsonSerializable(typeof(RemovalNote))]
sealed partial class ThinningJson : JsonSerializerContext;
