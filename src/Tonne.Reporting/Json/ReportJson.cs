using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Reporting.Advising;
using Tonne.Reporting.Months;
using Tonne.Reporting.Planning;
using Tonne.Reporting.Services;
using Tonne.Reporting.Reconciling;
using Tonne.Reporting.Totals;

namespace Tonne.Reporting.Json;

/// <summary>
/// The settings with which reports are written as JSON: source-generated, snake case, indented, nulls kept, characters beyond ASCII
/// unescaped.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(ExplanationDocument))]
[JsonSerializable(typeof(ComparisonDocument))]
[JsonSerializable(typeof(BenchDocument))]
[JsonSerializable(typeof(TrainingEstimateDocument))]
[JsonSerializable(typeof(InferenceEstimateDocument))]
[JsonSerializable(typeof(LifeCycleDocument))]
[JsonSerializable(typeof(TaskEstimateDocument))]
[JsonSerializable(typeof(TotalDocument))]
[JsonSerializable(typeof(BudgetDocument))]
[JsonSerializable(typeof(MonthDocument))]
[JsonSerializable(typeof(CallsDocument))]
[JsonSerializable(typeof(CallServiceDocument))]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(ReconciliationDocument))]
[JsonSerializable(typeof(FiguresDocument))]
[JsonSerializable(typeof(AttachDocument))]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(ReplayDocument))]
[JsonSerializable(typeof(JobsDocument))]
[JsonSerializable(typeof(AdviceDocument))]
[JsonSerializable(typeof(IntensityDocument))]
public sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>The context to write with. Not for a page: there the default encoder must escape what HTML reads as markup.</summary>
    public static ReportJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The context for a document on one line, for a program that reads line by line.</summary>
    public static ReportJson OneLine { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
