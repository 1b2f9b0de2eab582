using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Budgets;

/// <summary>JSON format of the budgets.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BudgetFile.Content))]
sealed partial class BudgetJson : JsonSerializerContext;
