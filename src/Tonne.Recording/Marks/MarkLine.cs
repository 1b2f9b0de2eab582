using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.Marks;

/// <summary>Parses and formats marks as lines of text, which a program sends to its run. Grammar: docs/formats/marks.md.</summary>
/// <remarks>
/// <code>
/// stage NAME [in=ROWSxCOLS] [out=ROWSxCOLS]
/// stage-end [NAME] [out=ROWSxCOLS]
/// epoch-begin N
/// epoch N [METRIC=VALUE …]
/// note TEXT
/// </code>
/// A word with spaces, quotes or an equals sign in it is put in double quotes, with <c>\"</c>, <c>\\</c>, <c>\n</c>, <c>\t</c> inside. Pure and thread safe.
/// </remarks>
public static class MarkLine
{
    /// <summary>Longest line accepted, in bytes of UTF-8 without its end.</summary>
    public const int MaxBytes = 4096;

    /// <summary>Longest stage name, in characters.</summary>
    public const int MaxNameLength = 200;

    static readonly SearchValues<char> Quoted = SearchValues.Create(" \t\n\"\\=");

    static readonly char[] Controls = [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)];

    /// <summary>Reads a line that asks what the run has used so far: <c>figures</c>, or <c>figures NAME</c> for one of its stages as well.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="stage">Name of the stage; null if the line names none.</param>
    /// <returns>Whether the line asks.</returns>
    public static bool IsQuestion(ReadOnlySpan<char> line, out string? stage)
    {
        stage = null;
        line = line.Trim();
        if (line is "figures")
            return true;
        if (!line.StartsWith("figures ", StringComparison.Ordinal) || !TrySplit(line["figures ".Length..].Trim(), out var words, out _) || words is not [{ Key: null } name])
            return false;
        stage = name.Text.Trim();
        return true;
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="timestamp">Monotonic time in ns from the start of the run, put into the mark.</param>
    /// <param name="mark">The mark; null if the line was not understood.</param>
    /// <param name="error">What is wrong and the correct form; empty if nothing is wrong.</param>
    /// <returns>Whether the line was understood.</returns>
    public static bool TryParse(ReadOnlySpan<char> line, long timestamp, [NotNullWhen(true)] out Mark? mark, out string error)
    {
        mark = null;
        error = "";
        if (line.Length > MaxBytes)
            return Fail($"the line is longer than {MaxBytes} bytes", out error);
        line = line.Trim();
        var end = line.IndexOfAny(' ', '\t');
        var verb = end < 0 ? line : line[..end];
        var rest = end < 0 ? [] : line[(end + 1)..].Trim();
        if (verb.IsEmpty)
            return Fail("the line is empty", out error);
        if (verb is "note")
        {
            if (!TryReadNote(rest, out var text, out error))
                return false;
            mark = new Mark(MarkKind.Note, timestamp, Name: text);
            return true;
        }

        if (!TrySplit(rest, out var words, out error))
            return false;
        return verb switch
        {
            "stage" => TryReadStage(MarkKind.Stage, words, timestamp, out mark, out error),
            "stage-end" => TryReadStage(MarkKind.StageEnd, words, timestamp, out mark, out error),
            "epoch-begin" => TryReadEpochBegin(words, timestamp, out mark, out error),
            "epoch" => TryReadEpoch(words, timestamp, out mark, out error),
            _ => Fail($"'{ToPrintable(verb)}' is not a mark; use stage, stage-end, epoch-begin, epoch or note", out error),
        };
    }

    /// <summary>Writes a mark as a line, without its end. Read again it gives the same mark; a program cannot send a step.</summary>
    public static string Format(Mark mark)
    {
        var line = new StringBuilder();
        switch (mark.Kind)
        {
            case MarkKind.Note:
                line.Append("note ").Append(Quote(mark.Name ?? "", always: true));
                break;
            case MarkKind.EpochBegin:
                line.Append(CultureInfo.InvariantCulture, $"epoch-begin {mark.Number}");
                break;
            case MarkKind.Epoch or MarkKind.Step:
                line.Append(CultureInfo.InvariantCulture, $"{(mark.Kind == MarkKind.Epoch ? "epoch" : "step")} {mark.Number}");
                foreach (var (name, value) in mark.Metrics ?? new Dictionary<string, double>())
                    line.Append(CultureInfo.InvariantCulture, $" {name}={value:R}");
                break;
            default:
                line.Append(mark.Kind == MarkKind.Stage ? "stage" : "stage-end");
                if (mark.Name is { } stage)
                    line.Append(' ').Append(Quote(stage, always: false));
                if (mark.DataIn is { } taken)
                    line.Append(CultureInfo.InvariantCulture, $" in={taken.Rows}x{taken.Columns}");
                if (mark.DataOut is { } given)
                    line.Append(CultureInfo.InvariantCulture, $" out={given.Rows}x{given.Columns}");
                break;
        }

        return line.ToString();
    }

    /// <summary>The rule for stage names, as text.</summary>
    public static string StageNameRule { get; } =
        $"a stage name has 1 to {MaxNameLength} characters, none of them a control character, and is not {StageRecord.Outside}";

    /// <summary>Whether a text can be the name of a stage.</summary>
    public static bool IsStageName(string? name) =>
        !string.IsNullOrWhiteSpace(name) && name.Length <= MaxNameLength && !name.AsSpan().ContainsAnyInRange('\0', '\u001f') && !name.AsSpan().ContainsAnyInRange('\u007f', '\u009f') && name != StageRecord.Outside;

    /// <summary>The text of a note in one line; empty if nothing is left of it.</summary>
    internal static string ToNoteText(string text) => string.Join(' ', text.Split(Controls, StringSplitOptions.RemoveEmptyEntries)).Trim();

    static bool TryReadStage(MarkKind kind, List<Word> words, long timestamp, [NotNullWhen(true)] out Mark? mark, out string error)
    {
        mark = null;
        string? name = null;
        DataShape? taken = null;
        DataShape? given = null;
        foreach (var word in words)
        {
            if (word.Key is null && name is null)
                name = word.Text;
            else if (word.Key is null)
                return Fail($"a second name '{ToPrintable(word.Text)}'; put a name with spaces in double quotes", out error);
            else if (word.Key is not ("in" or "out"))
                return Fail($"'{ToPrintable(word.Key)}=' is unknown here; use in=ROWSxCOLS or out=ROWSxCOLS", out error);
            else if (!DataShape.TryParse(word.Text, out var shape))
                return Fail($"'{ToPrintable(word.Text)}' is not a shape; write ROWSxCOLS, for example 1000x10", out error);
            else if (word.Key is "in")
                taken = shape;
            else
                given = shape;
        }

        if (kind == MarkKind.Stage && name is null)
            return Fail("a stage needs a name: stage NAME [in=ROWSxCOLS] [out=ROWSxCOLS]", out error);
        if (name is not null && !IsStageName(name))
            return Fail(StageNameRule, out error);
        error = "";
        mark = new Mark(kind, timestamp, Name: name?.Trim(), DataIn: taken, DataOut: given);
        return true;
    }

    static bool TryReadEpochBegin(List<Word> words, long timestamp, [NotNullWhen(true)] out Mark? mark, out string error)
    {
        mark = null;
        if (words is not [{ Key: null } word] || !TryReadNumber(word, out var number))
            return Fail("the beginning of an epoch needs its number and nothing else, for example: epoch-begin 3", out error);
        error = "";
        mark = new Mark(MarkKind.EpochBegin, timestamp, Number: number);
        return true;
    }

    static bool TryReadEpoch(List<Word> words, long timestamp, [NotNullWhen(true)] out Mark? mark, out string error)
    {
        mark = null;
        if (words.Count == 0 || words[0].Key is not null || !TryReadNumber(words[0], out var number))
            return Fail("an epoch needs its whole number first, for example: epoch 3 loss=0.7 accuracy=0.72", out error);
        var metrics = new MetricValues();
        foreach (var word in words.Skip(1))
        {
            if (word.Key is null)
                return Fail($"'{ToPrintable(word.Text)}' is not a metric; write NAME=VALUE, for example loss=0.7", out error);
            var name = MetricName.ToCanonical(word.Key);
            if (!MetricName.IsValid(name))
                return Fail($"'{ToPrintable(word.Key)}' is not a valid name of a metric; use up to {MetricName.MaxLength} letters, "
                    + "digits and underscores", out error);
            if (!MetricValues.TryRead(word.Text, out var value))
                return Fail($"{ToPrintable(word.Key)}='{ToPrintable(word.Text)}' is not a number; write it with a decimal point, "
                    + "for example 0.7", out error);
            if (!metrics.Set(name, value))
                return Fail($"more than {MetricValues.MaxCount} metrics", out error);
        }

        error = "";
        mark = metrics.ToMark(number, timestamp, MarkOrigin.Mark);
        return true;
    }

    static bool TryReadNumber(Word word, out int number) =>
        int.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    static bool TryReadNote(ReadOnlySpan<char> rest, out string text, out string error)
    {
        text = "";
        error = "";
        if (rest.StartsWith('"'))
        {
            if (!TrySplit(rest, out var words, out error))
                return false;
            if (words is [{ Key: null } only])
                rest = only.Text;
        }

        text = ToNoteText(rest.ToString());
        return text.Length > 0 || Fail("a note needs a text", out error);
    }

    /// <summary>Splits into words; <c>name=value</c> outside quotes has a key.</summary>
    static bool TrySplit(ReadOnlySpan<char> text, out List<Word> words, out string error)
    {
        words = [];
        error = "";
        var word = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] is ' ' or '\t')
            {
                i++;
                continue;
            }

            string? key = null;
            word.Clear();
            while (i < text.Length && text[i] is not (' ' or '\t'))
            {
                if (text[i] == '"')
                {
                    if (!TryUnquote(text, ref i, word, out error))
                        return false;
                }
                else if (text[i] == '=' && key is null && word.Length > 0)
                {
                    key = word.ToString();
                    word.Clear();
                    i++;
                }
                else
                {
                    word.Append(text[i++]);
                }
            }

            words.Add(new Word(key, word.ToString()));
        }

        return true;
    }

    static bool TryUnquote(ReadOnlySpan<char> text, ref int i, StringBuilder word, out string error)
    {
        error = "";
        for (i++; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    i++;
                    return true;
                case '\\' when i + 1 < text.Length:
                    i++;
                    word.Append(text[i] switch { 'n' => '\n', 't' => '\t', var plain => plain });
                    break;
                default:
                    word.Append(text[i]);
                    break;
            }
        }

        return Fail("a double quote is opened and not closed", out error);
    }

    static string Quote(string text, bool always)
    {
        if (!always && text.Length > 0 && !text.AsSpan().ContainsAny(Quoted))
            return text;
        return "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\t", "\\t") + "\"";
    }

    /// <summary>The text in short, printable form, for an error message.</summary>
    static string ToPrintable(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder();
        foreach (var letter in text[..Math.Min(text.Length, 40)])
            shown.Append(char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter);
        return text.Length > 40 ? shown.Append('…').ToString() : shown.ToString();
    }

    static bool Fail(string what, out string error)
    {
        error = what;
        return false;
    }

    readonly record struct Word(string? Key, string Text);
}
