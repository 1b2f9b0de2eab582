using System.Text.Json;
using Tonne.Accounting;
using Tonne.Estimation.Serving;

namespace Tonne.Reporting.Json;

/// <summary>
/// An estimate of inference as JSON, schema <c>tonne.inference-estimate/1</c>: the fields of the best hardware, then an estimate for each,
/// ranked by facility energy per request.
/// </summary>
public sealed record InferenceEstimateDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.inference-estimate/1";

    /// <summary>Version of the accounting method.</summary>
    public string Method { get; init; } = Accountant.MethodVersion;

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>SHA-256 of the measurements that the model was fitted on.</summary>
    public string FittedOnSha256 { get; init; } = ServingFit.Shipped.InputHash;

    /// <summary>One for each hardware, the least energy first.</summary>
    public required IReadOnlyList<InferenceEstimatePart> Estimates { get; init; }

    /// <summary>The document as JSON text, indented: the fields of the first stand at the top as well.</summary>
    public static string ToJson(IReadOnlyList<InferenceEstimate> ranked, double? requests, double? requestsPerDay)
    {
        var document = new InferenceEstimateDocument
        {
            FactorsHash = ranked[0].Factors.FactorsHash,
            Estimates = [.. ranked.Select(one => InferenceEstimatePart.From(one, requests, requestsPerDay))],
        };
        var whole = JsonSerializer.SerializeToNode(document, ReportJson.Readable.InferenceEstimateDocument)!.AsObject();
        var estimates = whole["estimates"]!;
        whole.Remove("estimates");
        foreach (var (name, value) in estimates[0]!.AsObject())
            whole[name] = value?.DeepClone();
        whole["estimates"] = estimates;
        return whole.ToJsonString(ReportJson.Readable.Options);
    }
}
