using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Pushing;

/// <summary>JSON of kept receipts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptReceipt))]
sealed partial class ReceiptJson : JsonSerializerContext;
