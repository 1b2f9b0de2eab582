using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>JSON format of records and of the JSON blocks of a trace: source-generated, camel case, enums as words.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // A loss may be NaN, and the record must still be written.
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunOpening))]
[JsonSerializable(typeof(RunEnding))]
[JsonSerializable(typeof(Mark))]
[JsonSerializable(typeof(RankEvent))]
[JsonSerializable(typeof(RunRecord))]
public sealed partial class RunJson : JsonSerializerContext;
