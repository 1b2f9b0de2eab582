using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Auditing;

/// <summary>JSON format of a note about a thinned trace.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ThinningNote))]
sealed partial class ThinningJson : JsonSerializerContext;
