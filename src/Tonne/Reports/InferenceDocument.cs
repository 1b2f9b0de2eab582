using System.Text.Json;
using Tonne.Estimates;
using Tonne.Footprints;

namespace Tonne.Reports;

/// <summary>What serving takes, as JSON, schema <c>tonne.inference-estimate/1</c>: the fields of the best hardware, then an answer for each ranked by energy per request with the building.</summary>
public sealed record InferenceDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.inference-estimate/1";

    /// <summary>Version of the accounting method.</summary>
    public string Method { get; init; } = Accountant.Method;

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>SHA-256 of the measurements that the model was fitted on.</summary>
    public string FittedOnSha256 { get; init; } = ServingFit.Shipped.InputHash;

    /// <summary>One answer for each hardware, ranked.</summary>
    public required IReadOnlyList<InferenceAnswer> Answers { get; init; }

    /// <summary>The document as JSON text, indented: the fields of the first answer stand at the top as well.</summary>
    public static string ToJson(IReadOnlyList<InferenceEstimate> ranked, double? requests, double? requestsPerDay)
    {
        var document = new InferenceDocument
        {
            FactorsHash = ranked[0].Factors.FactorsHash,
            Answers = [.. ranked.Select(one => InferenceAnswer.Of(one, requests, requestsPerDay))],
        };
        var whole = JsonSerializer.SerializeToNode(document, ReportJson.Readable.InferenceDocument)!.AsObject();
        var answers = whole["answers"]!;
        whole.Remove("answers");
        foreach (var (name, value) in answers[0]!.AsObject())
            whole[name] = value?.DeepClone();
        whole["answers"] = answers;
        return whole.ToJsonString(ReportJson.Readable.Options);
    }
}
