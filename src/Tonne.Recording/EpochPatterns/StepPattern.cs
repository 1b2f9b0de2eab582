using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises the steps of trainings that print no epoch: <c>iter 100: loss 2.3, time 12ms</c> (nanoGPT), <c>iteration 100/ 1000 | … lm loss: 2.3</c>
/// (Megatron-LM), <c>step: 10  loss: 2.3  tps: 5,123</c> (torchtitan), and lines like them with a step and a loss.
/// </summary>
static partial class StepPattern
{
    /// <summary>Reads the step of a line that has one and the word loss. Its metrics may still turn out to be none.</summary>
    /// <param name="line">The line without colour codes.</param>
    /// <param name="match">The step and its tokens.</param>
    public static bool TryMatch(string line, out StepMatch match)
    {
        match = default;
        if (!line.Contains("loss", StringComparison.OrdinalIgnoreCase))
            return false;
        var step = Step().Match(line);
        if (!step.Success || !TryReadCount(step.Groups["number"].Value, "", out var number) || number > int.MaxValue)
            return false;
        double? counted = null, rate = null;
        var perDevice = false;
        if (!line.Contains("tok", StringComparison.OrdinalIgnoreCase) && !line.Contains("ps:", StringComparison.Ordinal) && !line.Contains("tgs", StringComparison.OrdinalIgnoreCase))
        {
            match = new StepMatch((int)number, null, null, false);
            return true;
        }

        if (Tokens().Match(line) is { Success: true } tokens && TryReadCount(tokens.Groups["count"].Value, tokens.Groups["unit"].Value, out var all))
            counted = all;
        else if (Rate().Match(line) is { Success: true } speed && TryReadCount(speed.Groups["count"].Value, speed.Groups["unit"].Value, out var perSecond))
            (rate, perDevice) = (perSecond, speed.Groups["device"].Success);
        match = new StepMatch((int)number, counted, rate, perDevice);
        return true;
    }

    /// <summary>Reads the metrics of a line.</summary>
    /// <returns>Whether there is a loss among them.</returns>
    public static bool TryReadMetrics(string line, MetricValues metrics)
    {
        MetricParser.AddAll(line, metrics);
        if (!metrics.Values.ContainsKey("loss") && MainLosses.FirstOrDefault(metrics.Values.ContainsKey) is { } main)
            metrics.Set("loss", metrics.Values[main]);
        return metrics.Values.Keys.Any(name => name.EndsWith("loss", StringComparison.Ordinal));
    }

    /// <summary>Reads the number of tokens of one step, which nanoGPT prints once.</summary>
    public static double? ReadTokensPerStep(string line) =>
        TokensPerStep().Match(line) is { Success: true } match && TryReadCount(match.Groups[1].Value, "", out var tokens) ? tokens : null;

    // Of several losses of one step, the first of these is the training's.
    static readonly string[] MainLosses = ["lm_loss", "total_loss", "train_loss", "ce_loss"];

    static bool TryReadCount(string text, string unit, out double count)
    {
        var scale = unit switch { "k" or "K" => 1e3, "M" => 1e6, "B" or "G" => 1e9, "T" => 1e12, _ => 1 };
        if (!double.TryParse(text.Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out count))
            return false;
        count *= scale;
        return count is >= 0 and < 1e18;
    }

    const string Count = @"(?<count>\d[\d,]{0,20}(?:\.\d{1,9})?(?:[eE]\+?\d{1,2})?)\s?(?<unit>[kKMBGT])?(?![\w.])";

    [GeneratedRegex(
        @"(?:(?<![\w.])(?:global[ _]?step|steps?|iter(?:ation)?s?|num_updates|update)(?:\s?\((?:train|val)\))?[\s:=#\[(]{0,16}(?<number>\d{1,9})(?![\w%]|[.,]\d)|^\s{0,8}(?<number>\d{1,9}) \| (?=loss[ :]))",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Step();

    /// <summary>Tokens in all.</summary>
    [GeneratedRegex(@"(?<![\w])(?:(?:consumed|trained|total|processed|seen)[ _]tokens|(?:num_|n_)?(?:input_)?tokens[ _](?:seen|consumed|processed|trained|so[ _]far)|num_tokens|n_tokens)\s{0,2}[:=]?\s{0,24}" + Count, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Tokens();

    /// <summary>Tokens per second; torchtitan's and torchtune's are those of one device.</summary>
    [GeneratedRegex(@"(?<![\w])(?:(?<device>tps|wps|tokens_per_sec(?:ond)?_per_gpu|tokens/s(?:ec)?/gpu|tgs)|tok(?:en)?s?/s(?:ec(?:ond)?)?|tok(?:en)?s?_per_s(?:ec(?:ond)?)?|tokens per second)\s{0,2}[:=]?\s{0,8}" + Count
        + @"|(?<![\w.,])" + Count + @"\s?tok(?:en)?s?/s", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Rate();

    [GeneratedRegex(@"tokens per iter(?:ation)?[^\d]{1,20}(\d[\d,]{0,20})(?![\w.])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex TokensPerStep();
}
