using System.Text.Json.Serialization;
using Tonne.Reporting.Html.Comparisons;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Html.Estimates;
using Tonne.Reporting.Html.LifeCycles;
using Tonne.Reporting.Services;

namespace Tonne.Reporting.Html;

/// <summary>
/// The settings with which the document of a page is written: source-generated, snake case, and with the default encoder, which escapes
/// all that HTML reads as markup.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(ComparisonPageDocument))]
[JsonSerializable(typeof(FootprintPageDocument))]
[JsonSerializable(typeof(EstimatePageDocument))]
[JsonSerializable(typeof(ServiceDocument))]
sealed partial class ReportJsonContext : JsonSerializerContext;
