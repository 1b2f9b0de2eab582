using System.Collections.Frozen;
using System.Text;

namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>Names of OpenTelemetry as names of Prometheus.</summary>
/// <remarks>
/// Rules: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", section "OTLP Metric points to Prometheus". Where it leaves a choice, as in the words
/// for units, those of the OpenTelemetry Collector ("Prometheus Normalization", pkg/translator/prometheus), so that the names are the same whichever way metrics take.
/// </remarks>
static class PrometheusNames
{
    static readonly FrozenDictionary<string, string> _units = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["d"] = "days", ["h"] = "hours", ["min"] = "minutes", ["s"] = "seconds", ["ms"] = "milliseconds", ["us"] = "microseconds", ["ns"] = "nanoseconds",
        ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes", ["GiBy"] = "gibibytes", ["TiBy"] = "tibibytes",
        ["KBy"] = "kilobytes", ["MBy"] = "megabytes", ["GBy"] = "gigabytes", ["TBy"] = "terabytes",
        ["m"] = "meters", ["V"] = "volts", ["A"] = "amperes", ["J"] = "joules", ["W"] = "watts", ["g"] = "grams",
        ["Cel"] = "celsius", ["Hz"] = "hertz", ["1"] = "", ["%"] = "percent",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly FrozenDictionary<string, string> _perUnits = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["s"] = "second", ["m"] = "minute", ["min"] = "minute", ["h"] = "hour", ["d"] = "day", ["w"] = "week", ["mo"] = "month", ["y"] = "year",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The name of a metric with its suffixes of unit and type; empty if nothing of the name is left.</summary>
    /// <param name="name">Name of the instrument.</param>
    /// <param name="unit">Its unit in UCUM; null or empty: none.</param>
    /// <param name="kind">What it becomes.</param>
    public static string GetMetricName(string name, string? unit, PrometheusKind kind)
    {
        var result = Clean(name, allowsColon: true).Trim('_');
        if (result.Length == 0)
            return "";
        var (main, per) = SplitUnit(unit);
        if (main.Length > 0 && !HasWord(result, main))
            result += "_" + main;
        if (per.Length > 0 && !HasWord(result, "per_" + per))
            result += "_per_" + per;
        result = kind switch
        {
            PrometheusKind.Counter => Remove(result, "total") + "_total",
            PrometheusKind.Gauge when unit == "1" => Remove(result, "ratio") + "_ratio",
            _ => result,
        };
        return char.IsAsciiDigit(result[0]) ? "_" + result : result;
    }

    /// <summary>The name of a label; empty if nothing of the name is left.</summary>
    public static string GetLabelName(string name)
    {
        var result = Clean(name, allowsColon: false);
        return result is "" or "_" ? "" : char.IsAsciiDigit(result[0]) ? "_" + result : result;
    }

    /// <summary>Whether a text may name a label that a user sets.</summary>
    public static bool IsLabelName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.StartsWith("__", StringComparison.Ordinal) && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    static (string Main, string Per) SplitUnit(string? unit)
    {
        if (string.IsNullOrWhiteSpace(unit))
            return ("", "");
        var parts = unit.Split('/', 2, StringSplitOptions.TrimEntries);
        return (Translate(parts[0], _units), parts.Length > 1 ? Translate(parts[1], _perUnits) : "");
    }

    // A unit in braces is an annotation, and a count has no unit in Prometheus.
    static string Translate(string unit, FrozenDictionary<string, string> words) =>
        unit.AsSpan().ContainsAny('{', '}') ? "" : words.TryGetValue(unit, out var word) ? word : Clean(unit, allowsColon: false).Trim('_');

    static bool HasWord(string name, string word) => $"_{name}_".Contains($"_{word}_", StringComparison.Ordinal);

    static string Remove(string name, string word) =>
        name == word ? name : string.Join('_', name.Split('_').Where(part => part != word)) is { Length: > 0 } rest ? rest : name;

    static string Clean(string name, bool allowsColon)
    {
        var text = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter) || (allowsColon && letter == ':'))
                text.Append(letter);
            else if (text.Length == 0 || text[^1] != '_')
                text.Append('_');
        }

        return text.ToString();
    }
}
