using System.Text.Json.Nodes;

namespace Tonne.Trials.Measuring;

/// <summary>
/// The energy that the model gives for a counted amount, computed from the stored record's derivations by separate arithmetic.
/// </summary>
sealed class RecordedPrices
{
    readonly Dictionary<string, JsonNode> _derivations;

    internal RecordedPrices(TonneCommand tonne, string id)
    {
        var text = File.ReadAllText(Path.Combine(tonne.RunFolder(id), "record.json"));
        _derivations = JsonNode.Parse(text)!["record"]!["opening"]!["rates"]!.AsArray()
            .ToDictionary(rate => (string)rate!["id"]!, rate => rate!["derivation"]!, StringComparer.Ordinal);
    }

    /// <summary>Joules of one busy thread for one second.</summary>
    internal double BusyThreadSecond => Of(_derivations["cpu/busy"]);

    /// <summary>Joules of one idle thread for one second.</summary>
    internal double IdleThreadSecond => Of(_derivations["cpu/idle"]);

    static double Of(JsonNode node) => (string)node["op"]! switch
    {
        "counted" => (double)node["number"]!,
        "factor" => (double)node["factor"]!["bounds"]!["best"]!,
        "sum" => node["terms"]!.AsArray().Sum(term => Of(term!)),
        "difference" => Of(node["minuend"]!) - Of(node["subtrahend"]!),
        "product" => node["of"]!.AsArray().Aggregate((double?)node["scale"] ?? 1, (product, each) => product * Of(each!)),
        "quotient" => Of(node["numerator"]!) / Of(node["denominator"]!),
        var op => throw new NotSupportedException($"derivation '{op}'"),
    };
}
