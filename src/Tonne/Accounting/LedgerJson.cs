using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>JSON format of statements and derivations; records are written by <see cref="Runs.RunJson"/>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // A loss may be NaN, and the record must still be written.
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FootprintStatement))]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(Derivation))]
public sealed partial class LedgerJson : JsonSerializerContext;
