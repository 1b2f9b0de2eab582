using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>How records and the JSON blocks of a trace are written: source-generated, camel case, enums as words.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // A loss may be NaN: that is a fact of the run and must not lose the record.
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunOpening))]
[JsonSerializable(typeof(RunEnding))]
[JsonSerializable(typeof(Mark))]
[JsonSerializable(typeof(RunRecord))]
public sealed partial class RunJson : JsonSerializerContext;
