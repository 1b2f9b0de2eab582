using System.Collections.Frozen;

namespace Tonne.Runs;

/// <summary>
/// Canonical names of metrics, which frameworks name differently: <c>acc</c>, <c>val_acc</c>, <c>eval_loss</c>, <c>Train Loss</c>,
/// <c>lr</c>.
/// </summary>
/// <remarks>
/// Lower case with underscores; the phase in front (<c>validation_</c>, <c>test_</c>; training has none); then the metric.
/// A plain mean (<c>avg_loss</c>, <c>running_loss</c>) and a Lightning suffix <c>_epoch</c> change nothing.
/// </remarks>
public static class MetricName
{
    /// <summary>Longest name accepted, in characters.</summary>
    public const int MaxLength = 64;

    static readonly FrozenDictionary<string, string> Phases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["train"] = "", ["training"] = "", ["trn"] = "", ["tr"] = "",
        ["val"] = "validation_", ["valid"] = "validation_", ["validation"] = "validation_", ["eval"] = "validation_",
        ["evaluation"] = "validation_", ["dev"] = "validation_",
        ["test"] = "test_",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly FrozenDictionary<string, string> Metrics = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["acc"] = "accuracy", ["accuracy_score"] = "accuracy", ["binary_accuracy"] = "accuracy",
        ["categorical_accuracy"] = "accuracy", ["sparse_categorical_accuracy"] = "accuracy",
        ["lr"] = "learning_rate", ["ppl"] = "perplexity", ["f1_score"] = "f1", ["err"] = "error",
        ["mean_squared_error"] = "mse", ["mean_absolute_error"] = "mae", ["root_mean_squared_error"] = "rmse",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly FrozenSet<string> Means = FrozenSet.ToFrozenSet(["avg", "average", "mean", "running", "epoch"], StringComparer.Ordinal);

    /// <summary>Whether a canonical name is valid: 1 to <see cref="MaxLength"/> letters, digits, underscores and @.</summary>
    public static bool IsValid(string canonical) =>
        canonical.Length is > 0 and <= MaxLength && canonical.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '@');

    /// <summary>The canonical name, for example <c>validation_accuracy</c> for <c>val_acc</c>; empty if nothing remains.</summary>
    public static string ToCanonical(string name)
    {
        var words = name.ToLowerInvariant().Split([' ', '\t', '_', '-', '.', '/', ':'], StringSplitOptions.RemoveEmptyEntries).ToList();
        var phase = "";
        for (var again = true; again && words.Count > 1;)
        {
            again = false;
            if (Means.Contains(words[0]))
                again = Drop(0);
            else if (Means.Contains(words[^1]))
                again = Drop(words.Count - 1);
            else if (Phases.TryGetValue(words[0], out var first))
                (phase, again) = (first, Drop(0));
            else if (Phases.TryGetValue(words[^1], out var last))
                (phase, again) = (last, Drop(words.Count - 1));
        }

        var metric = string.Join('_', words);
        return phase + Metrics.GetValueOrDefault(metric, metric);

        bool Drop(int index)
        {
            // "mean squared error" is a metric of its own, not the mean of one.
            if (words[index] is "mean" && Metrics.ContainsKey(string.Join('_', words)))
                return false;
            words.RemoveAt(index);
            return true;
        }
    }
}
