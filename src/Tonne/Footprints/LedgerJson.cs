using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Footprints;

/// <summary>How records, footprints and the JSON blocks of a trace are written: source-generated, camel case, enums as words.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunOpening))]
[JsonSerializable(typeof(RunEnding))]
[JsonSerializable(typeof(Mark))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(FootprintStatement))]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(Derivation))]
public sealed partial class LedgerJson : JsonSerializerContext;
