using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>
/// Recognises tables in the output: a heading that names a column "epoch" and columns of metrics, and rows of numbers below it, as
/// fastai, skorch, spaCy, ultralytics and scikit-learn print them; and the validation rows of ultralytics.
/// </summary>
/// <remarks>The number of a row is the epoch, <c>3</c> or <c>3/10</c>. A row may end with a progress bar. Not thread safe.</remarks>
sealed partial class OutputTable
{
    const int MaxColumns = 40;

    string[] _columns = [];
    int _epochColumn;
    string[] _validation = [];

    /// <summary>Whether a heading was seen, so that rows may follow.</summary>
    public bool IsOpen => _columns.Length > 0;

    /// <summary>Whether the table has rows.</summary>
    public bool HasRows { get; private set; }

    /// <summary>Whether a line can be a row, by its first visible character.</summary>
    public static bool MayBeRow(ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            switch (line[0])
            {
                case (byte)' ' or (byte)'\t' or (byte)'|':
                    line = line[1..];
                    break;
                case 0x1B when line.Length > 1 && line[1] == '[':
                    // A colour or a cursor move: up to its final letter.
                    var end = line[2..].IndexOfAnyInRange((byte)'@', (byte)'~');
                    if (end < 0)
                        return false;
                    line = line[(end + 3)..];
                    break;
                // A vertical line of a box, U+2502 or U+2503.
                case 0xE2 when line.Length > 2 && line[1] == 0x94 && line[2] is 0x82 or 0x83:
                    line = line[3..];
                    break;
                default:
                    return char.IsAsciiDigit((char)line[0]) || line.StartsWith("all "u8) || line.StartsWith("Class "u8) || line.StartsWith("classes "u8);
            }
        }

        return false;
    }

    /// <summary>Whether a line without the word epoch can be a heading: that of spaCy or of scikit-learn's boosting.</summary>
    public static bool MayBeHeading(string line) => line.StartsWith("E ", StringComparison.Ordinal) || line.Contains("Iter ", StringComparison.Ordinal);

    /// <summary>Reads a heading or a row.</summary>
    /// <param name="line">The line without colour codes.</param>
    /// <param name="metrics">Receives the metrics; empty before.</param>
    /// <param name="isHeading">Whether the line was a heading.</param>
    public EpochMatch Match(string line, MetricValues metrics, out bool isHeading)
    {
        isHeading = TryReadHeading(line);
        if (isHeading || !IsOpen)
            return EpochMatch.None;
        var cells = Cell().Matches(line);
        if (cells.Count == 0)
            return EpochMatch.None;
        if (cells[0].Value is "all")
            return MatchValidation(cells, metrics);
        if (cells[0].Value is "Class" or "classes")
        {
            _validation = [.. ToValidationNames(cells).TakeWhile(name => name.Length > 0)];
            return EpochMatch.None;
        }

        return MatchRow(line, cells, metrics);
    }

    bool TryReadHeading(string line)
    {
        if (!HeadingStart().IsMatch(line))
            return false;
        string[] names = [.. WideGap().Split(line.Trim(' ', '|', '│', '┃')).Select(name => name.Trim()).Where(name => name.Length > 0)];
        if (names.Length < 3)
            names = [.. Cell().Matches(line).Select(cell => cell.Value)];
        if (names.Length is < 2 or > MaxColumns || !names.All(name => ColumnName().IsMatch(name)))
            return false;
        var epoch = Array.FindIndex(names, name => EpochName().IsMatch(name));
        if (epoch < 0 || (names[epoch] is "E" && !(names.Length > 2 && names[epoch + 1] is "#")))
            return false;
        if (!MetricParser.HasTrainingMetric(names.Select(MetricName.ToCanonical)) && !names.Contains("gpu_mem", StringComparer.OrdinalIgnoreCase))
            return false;
        (_columns, _epochColumn, _validation) = (names, epoch, []);
        return true;
    }

    EpochMatch MatchRow(string line, MatchCollection cells, MetricValues metrics)
    {
        var bar = Percent().Match(line);
        if (cells.Count < _columns.Length || (cells.Count > _columns.Length && !bar.Success))
            return EpochMatch.None;
        if (Number().Match(cells[_epochColumn].Value) is not { Success: true } number)
            return EpochMatch.None;
        for (var i = 0; i < _columns.Length; i++)
        {
            if (i == _epochColumn || !char.IsAsciiLetter(_columns[i][0]))
                continue;
            // A bar of a step may follow the last cell: "640: 17%".
            if (MetricValues.TryRead(cells[i].Value.AsSpan().TrimEnd(':'), out var value))
                MetricParser.TryAdd(_columns[i], value, metrics);
        }

        if (metrics.Count == 0)
            return EpochMatch.None;
        HasRows = true;
        int? last = number.Groups["last"].Success ? Read(number.Groups["last"]) : null;
        return new(EpochMatchKind.EpochProgress, Read(number.Groups["number"]), bar.Success ? Read(bar.Groups[1]) / 100d : null, last);
    }

    EpochMatch MatchValidation(MatchCollection cells, MetricValues metrics)
    {
        // The heading's first names stand for "all" and for counts.
        for (var i = 1; i < Math.Min(cells.Count, _validation.Length); i++)
        {
            if (_validation[i] is not ("Images" or "Instances" or "Labels") && MetricValues.TryRead(cells[i].Value, out var value))
                MetricParser.TryAdd("val_" + _validation[i], value, metrics);
        }

        return metrics.Count > 0 ? new(EpochMatchKind.OpenEpochProgress) : EpochMatch.None;
    }

    /// <summary>Names in the heading of the validation table of ultralytics: <c>Box(P  R  mAP50  mAP50-95)  Mask(P  R …):</c>.</summary>
    static IEnumerable<string> ToValidationNames(MatchCollection cells)
    {
        var group = "";
        foreach (Match cell in cells)
        {
            var name = ValidationName().Match(cell.Value);
            if (name.Groups["group"].Success)
                group = name.Groups["group"].Value is "Box" ? "" : name.Groups["group"].Value + "_";
            yield return name.Success ? group + name.Groups["name"].Value switch { "P" => "precision", "R" => "recall", var other => other } : "";
        }
    }

    static int Read(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[\s|│┃]{0,40}(?:epochs?|ep|E|iter)(?:[\s|│┃]|$)|[\s|│┃]epoch(?:[\s|│┃]|$)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HeadingStart();

    [GeneratedRegex(@"\s{2,}|\s{0,4}[|│┃]\s{0,4}|\t", RegexOptions.CultureInvariant)]
    private static partial Regex WideGap();

    [GeneratedRegex(@"[^\s|│┃]+", RegexOptions.CultureInvariant)]
    private static partial Regex Cell();

    [GeneratedRegex(@"^(?:#|[A-Za-z_][\w@./%()-]*(?: [A-Za-z_(][\w@./%()-]*){0,3})$", RegexOptions.CultureInvariant)]
    private static partial Regex ColumnName();

    [GeneratedRegex(@"^(?:epochs?|Ep|E|Iter)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EpochName();

    [GeneratedRegex(@"^(?<number>\d{1,7})(?:/(?<last>\d{1,7}))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"\s(\d{1,3})%(?:\||\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Percent();

    [GeneratedRegex(@"^(?:(?<group>Box|Mask|Pose)\()?(?<name>[A-Za-z][\w-]*)\)?:?$", RegexOptions.CultureInvariant)]
    private static partial Regex ValidationName();
}
