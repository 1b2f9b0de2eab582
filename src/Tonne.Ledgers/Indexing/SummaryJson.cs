using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Indexing;

/// <summary>JSON format of a summary in the index.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunSummary))]
sealed partial class SummaryJson : JsonSerializerContext;
