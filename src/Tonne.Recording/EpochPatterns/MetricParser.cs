using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Parses metrics in free text: <c>loss=0.5</c>, <c>val acc: 80 %</c>, <c>Loss 6.9 (7.0)</c>.</summary>
static partial class MetricParser
{
    /// <summary>A number as printed.</summary>
    public const string Number = @"[-+]?(?:(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][-+]?\d{1,4})?|(?i:nan|inf(?:inity)?)\b)";

    // Words followed by numbers in the same lines that are not metrics.
    static readonly FrozenSet<string> NonMetricNames = FrozenSet.ToFrozenSet(
        [
            "epoch", "epochs", "step", "steps", "global_step", "batch", "batches", "iter", "iters", "iteration", "iterations", "it", "v_num", "eta", "time", "elapsed",
            "remaining", "duration", "took", "seed", "patience", "rank", "gpu", "device", "fold", "samples", "total", "lines", "data", "s", "sec", "seconds", "min", "h", "ms", "at", "of", "the", "port", "pid",
            "runtime", "validation_runtime", "test_runtime", "total_flos", "num_tokens", "num_input_tokens_seen", "best", "counter", "http", "https", "info", "size", "batch_size", "num", "n",
            "trainer", "memory", "mem", "gpu_mem", "max_mem", "epoch_time", "size_gb", "instances", "images", "labels", "img_size", "dur", "w",
            "cuda", "node", "worker", "world_size", "local_rank", "train", "training", "val", "valid", "validation", "test", "eval", "validation_batch", "test_batch",
        ],
        StringComparer.Ordinal);

    // Words before a metric that do not make it another one.
    static readonly FrozenSet<string> Adjectives = FrozenSet.ToFrozenSet(
        [
            "current", "mean", "avg", "average", "running", "final", "overall", "cumulative", "smoothed", "new", "last", "mini", "this", "with", "and", "its", "got",
            "is", "now", "debug", "warning", "results", "result", "metrics", "metric", "log", "logs", "summary", "per", "for", "on", "in", "a", "an", "model", "network",
        ],
        StringComparer.Ordinal);

    /// <summary>Adds a metric unless its name means something else.</summary>
    public static bool TryAdd(string name, string value, MetricValues metrics) =>
        MetricValues.TryRead(value, out var number) && TryAdd(name, number, metrics);

    /// <summary>Adds a metric unless its name means something else.</summary>
    public static bool TryAdd(string name, double number, MetricValues metrics)
    {
        var canonical = MetricName.ToCanonical(name);
        if (canonical.Length is 0 or > MetricName.MaxLength || NonMetricNames.Contains(canonical) || NonMetricName().IsMatch(canonical))
            return false;
        if (canonical.EndsWith("_step", StringComparison.Ordinal))
        {
            // Lightning prints both NAME_step and NAME_epoch; the epoch's value is used, in any order.
            canonical = canonical[..^5];
            if (metrics.Values.ContainsKey(canonical))
                return true;
        }

        return metrics.Set(canonical, number);
    }

    /// <summary>Whether one of the metrics is one of a training by its name; a slot, a leader or a block number is not.</summary>
    public static bool HasTrainingMetric(IEnumerable<string> names) => names.Any(name => TrainingMetric().IsMatch(name));

    /// <summary>Adds every metric of a line of free text.</summary>
    /// <remarks>
    /// A phase as a separate word applies to the metrics after it: in <c>val Loss: 0.2 Acc: 0.9</c> both are validation metrics. In
    /// <c>loss train: 1.8, val: 2.8</c> the name applies to the phases after it. Words before a name are part of it, <c>[D loss: 0.7]</c>,
    /// unless they only qualify it, <c>current loss</c>.
    /// </remarks>
    public static void AddAll(string line, MetricValues metrics)
    {
        var (phase, stem) = ("", "");
        var before = 0;
        for (var match = Pair().Match(line); match.Success; match = match.NextMatch())
        {
            var name = match.Groups["name"].Value;
            var between = line[before..match.Index];
            var words = PhaseWord().Matches(line[before..(match.Index + name.Length)]);
            before = match.Index + match.Length;
            if (words.Count > 0)
                phase = words[^1].Value;
            if (Stem().Match(between) is { Success: true } opened)
                stem = opened.Groups[1].Value;
            var isPhase = PhaseName().IsMatch(name);
            if (isPhase && stem.Length > 0)
                name = stem + " " + name;
            else if (isPhase || (!match.Groups["sign"].Success && !Word().IsMatch(TrailingPhase().Replace(name, ""))))
                continue;
            else
                (name, stem) = Qualify(name, between, match.Groups["sign"].Success);
            var value = match.Groups["mean"].Success ? match.Groups["mean"].Value : match.Groups["value"].Value;
            TryAdd(phase.Length > 0 && HasNoPhase(name) ? phase + " " + name : name, value, metrics);
        }
    }

    /// <summary>Whether a name does not include its phase.</summary>
    static bool HasNoPhase(string name) =>
        MetricName.ToCanonical(name) is var canonical
        && canonical is not ("learning_rate" or "grad_norm")
        && !NonMetricNames.Contains(canonical)
        && !PhaseInName().IsMatch(name);

    /// <summary>The name with the words before it that belong to it, and its part before a phase at its end.</summary>
    static (string Name, string Stem) Qualify(string name, string between, bool hasSign)
    {
        var first = name.Split([' ', '_', '-', '/'], 2)[0];
        if (!PhaseName().IsMatch(first) && Qualifiers().Match(between) is { Success: true } words && (hasSign || words.Groups["bracket"].Success))
        {
            var parts = words.Groups["words"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 0 && Array.TrueForAll(parts, word => !NonMetricNames.Contains(word.ToLowerInvariant()) && !Adjectives.Contains(word.ToLowerInvariant())))
                name = string.Join(' ', parts) + " " + name;
        }

        return (name, TrailingPhase().Match(name) is { Success: true } phase ? name[..phase.Index] : "");
    }

    [GeneratedRegex(
        @"(?<![\w.]|\w\()(?<name>(?:(?i:train|training|trn|val|valid|validation|test|eval|evaluation|dev|avg|average|mean|running)\.?[ _/-]{1,3}){0,3}[A-Za-z_][\w@/-]{0,60}(?:[ ]{1,2}\(?(?i:train(?:ing)?|val(?:id(?:ation)?)?|test|eval(?:uation)?|dev)\b)?)[""')\]]{0,2}\s{0,4}(?:(?<sign>[:=])\s{0,8}|\s)[""'\[]{0,2}(?:tensor\()?(?<value>"
        + Number + @"(?:\s?%)?)(?!\w|[:/.,]\d)(?:\s{0,2}\(\s{0,6}(?<mean>" + Number + @")\))?",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex(@"(?<![\w./-])(?:train(?:ing)?|val(?:id(?:ation)?)?|test|eval(?:uation)?|dev)(?![\w.@/-])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PhaseWord();

    [GeneratedRegex(@"(?:^|[_./ -])(?:train(?:ing)?|trn|tr|val(?:id(?:ation)?)?|test|eval(?:uation)?|dev)(?:$|[_./ -])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PhaseInName();

    /// <summary>Words that may precede a number with only a space between.</summary>
    [GeneratedRegex(@"(?:^|[ _./-])(?:\w{0,40}loss|acc|accuracy|acc@\d|ppl|perplexity|auc|f1|mae|mse|rmse|error|err|lr|iou|miou|bleu|wer|cer|map|reward)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    /// <summary>Canonical names of losses and scores, as a whole or with words around them.</summary>
    [GeneratedRegex(
        @"loss|perplexity|accuracy|precision|recall|entropy|(?:^|_)(?:acc[@_]?\d*|err|error|f1|auc|auroc|ap\d*|map\d*|m?iou|dice|bleu|rouge\w*|wer|cer|ppl|nll|elbo|kl|kld|mse|mae|rmse|mape|r2|l1|l2|score|cost|reward|top\d|psnr|ssim|fid|ndcg|mrr"
        + @"|hits@\d+|corr|pearson|spearman|kappa|mcc|objective|grad_norm|bpb|bpc|bits)(?:$|_)|^validation_",
        RegexOptions.CultureInvariant)]
    private static partial Regex TrainingMetric();

    /// <summary>Names of times, counts, memory and rates.</summary>
    [GeneratedRegex(@"per_sec(?:ond)?$|(?:^|_)(?:time|mem|memory|gib|gb|count|sec|ms)$|_mem_|^tokens|^consumed_|^elapsed|^(?:img|images|samples|it|iters?|steps?|ex|examples|tok|tokens?|words|sentences)_s$", RegexOptions.CultureInvariant)]
    private static partial Regex NonMetricName();

    [GeneratedRegex(@"^(?:train(?:ing)?|trn|val(?:id(?:ation)?)?|test|eval(?:uation)?|dev)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PhaseName();

    [GeneratedRegex(@"\s{1,2}\(?(?:train(?:ing)?|val(?:id(?:ation)?)?|test|eval(?:uation)?|dev)\)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex TrailingPhase();

    /// <summary>A metric whose values follow by phase: <c>Loss: train 0.5, val 0.6</c>.</summary>
    [GeneratedRegex(@"([A-Za-z_]{0,30}loss|acc(?:uracy)?)\s{0,2}[:=(\[]\s{0,2}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Stem();

    /// <summary>One or two words between a separator and a name.</summary>
    [GeneratedRegex(@"(?:^|[|,;\t:{(]|(?<bracket>\[)|\s[-–]\s|\s{2})\s{0,4}(?<words>(?:[A-Za-z][A-Za-z0-9_]{0,19} ){1,2})$", RegexOptions.CultureInvariant)]
    private static partial Regex Qualifiers();
}
