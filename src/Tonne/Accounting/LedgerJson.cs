using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>How statements and derivations are written; records are written by <see cref="Runs.RunJson"/>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // A loss may be NaN: that is a fact of the run and must not lose the record.
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FootprintStatement))]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(Derivation))]
public sealed partial class LedgerJson : JsonSerializerContext;
