using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises lines that have the epoch's number at a fixed place without the word: <c>Train: 3 [ 50/1251 (4%)] Loss: …</c> (timm),
/// <c>1|25|Loss: 0.5: 100%|…</c> (torchtune), <c>[0/25][3/782] Loss_D: …</c> (the GAN example of PyTorch), <c>Iteration 3, loss = 0.5</c>
/// and <c>[3/100] 1 tree, … train loss: 0.5</c> (scikit-learn), and the rounds of boosting, <c>[3]⇥train-rmse:0.5</c> (XGBoost, LightGBM) and <c>3:⇥learn: 0.5</c> (CatBoost).
/// </summary>
sealed partial class RowPattern : ILinePattern
{
    public EpochMatch Match(string line, bool open, MetricValues metrics)
    {
        if (!MayMatch(line))
            return EpochMatch.None;
        if (Round().Match(line) is { Success: true } round)
        {
            foreach (Match item in RoundItem().Matches(line[round.Length..]))
                MetricParser.TryAdd(ToName(item.Groups[1].Value), item.Groups[2].Value, metrics);
            return metrics.Count > 0 ? new(EpochMatchKind.EpochProgress, Read(round.Groups["number"])) : EpochMatch.None;
        }

        if (Evaluation().Match(line) is { Success: true } evaluation)
        {
            MetricParser.AddAll("val " + line[evaluation.Length..], metrics);
            return metrics.Count > 0 ? new(EpochMatchKind.OpenEpochProgress) : EpochMatch.None;
        }

        var row = Row().Match(line);
        if (!row.Success)
            return EpochMatch.None;
        MetricParser.AddAll(line[(row.Index + row.Groups["head"].Length)..], metrics);
        if (metrics.Count == 0)
            return EpochMatch.None;
        double? progress = row.Groups["percent"].Success ? Read(row.Groups["percent"]) / 100d : null;
        int? last = row.Groups["last"].Success ? Read(row.Groups["last"]) : null;
        return new(EpochMatchKind.EpochProgress, Read(row.Groups["number"]), progress, last);
    }

    /// <summary>Whether a line has what each of the rows has, found without a regular expression.</summary>
    static bool MayMatch(string line) =>
        line.Length > 4 && (line[0] == '[' || char.IsAsciiDigit(line[0]) || char.IsAsciiDigit(line.AsSpan().TrimStart()[..1] is [var first] ? first : ' ')
            || line.StartsWith("Iteration ", StringComparison.Ordinal) || line.Contains("Train: ", StringComparison.Ordinal) || line.Contains("Test", StringComparison.Ordinal));

    /// <summary>A boosting library's name of a metric: <c>training's rmse</c>, <c>validation_0-logloss</c>, <c>learn</c>.</summary>
    static string ToName(string name) => name switch
    {
        "learn" => "loss",
        "test" => "val_loss",
        _ => name.Replace("'s ", "_", StringComparison.Ordinal).Replace("valid_0_", "val_", StringComparison.Ordinal).Replace("validation_0-", "val_", StringComparison.Ordinal),
    };

    static int Read(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    // The tab has become a space: XGBoost and LightGBM separate their items with it.
    [GeneratedRegex(@"^(?:\[\d\d:\d\d:\d\d\] )?(?:\[(?<number>\d{1,9})\] (?=[A-Za-z][\w@'-]{0,60}(?: [\w@-]{1,60})?:\s?[-\d.]|[A-Za-z][\w@-]{0,60}-\w{1,60}:)|(?<number>\d{1,9}): (?=learn: [-\d.]))", RegexOptions.CultureInvariant)]
    private static partial Regex Round();

    [GeneratedRegex(@"(?<![\w'-])([A-Za-z][\w@'-]{0,60}(?: [A-Za-z][\w@-]{0,60})?):\s?(" + MetricParser.Number + @")(?=\+|\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex RoundItem();

    /// <summary>Validation at the end of an epoch, named Test by the ImageNet example of PyTorch, torchvision and timm.</summary>
    [GeneratedRegex(@"^\s{0,4}(?:.{0,60}\s)?Test(?: \(EMA\))?:\s{0,4}\[\s{0,8}\d{1,9}/\s{0,8}\d{1,9}\]", RegexOptions.CultureInvariant)]
    private static partial Regex Evaluation();

    [GeneratedRegex(
        @"^(?:(?:.{0,60}\s)?(?<head>Train: {1,4}(?<number>\d{1,9})(?:/(?<last>\d{1,9}))?\s{0,4}(?:\(\s{0,3}\d{1,3}%\)\s{0,4})?\[\s{0,8}\d{1,9}/\s{0,8}\d{1,9}\s{0,3}\(\s{0,3}(?<percent>\d{1,3})%\)\])"
        + @"|\s{0,4}(?<head>(?<number>\d{1,9})\|\d{1,9}\|)(?=Loss: )(?:[^%]{0,200}?\s(?<percent>\d{1,3})%\|)?"
        + @"|(?<head>\[(?<number>\d{1,9})/(?<last>\d{1,9})\]\s?\[\d{1,9}/\d{1,9}\])(?=.{0,60}loss)"
        + @"|(?<head>\[(?<number>\d{1,9})/(?<last>\d{1,9})\] \d{1,9} trees?, )(?=.{0,120}loss: )"
        + @"|(?<head>Iteration (?<number>\d{1,9}), )(?=loss = (?:\d{1,20}\.\d{8}|inf|nan)$))",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Row();
}
