using System.Text.Json.Serialization;
using Tonne.Reporting.Html.Documents;

namespace Tonne.Reporting.Html;

/// <summary>
/// The settings with which the document of a page is written: source-generated, snake case, and with the default encoder, which escapes
/// all that HTML reads as markup.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReportDocument))]
sealed partial class ReportJsonContext : JsonSerializerContext;
