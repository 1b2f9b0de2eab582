using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tonne.Instruments.MetricPages;

/// <summary>Reads a line with a sample.</summary>
public static class MetricLine
{
    const int MaxLabels = 256;

    /// <summary>Reads a line without blanks around it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="sample">The sample, without its time.</param>
    /// <param name="time">Its time stamp as written; NaN if there is none.</param>
    /// <param name="problem">What is wrong; null if nothing is.</param>
    public static bool TryRead(
        ReadOnlySpan<char> line, [NotNullWhen(true)] out MetricSample? sample, out double time, [NotNullWhen(false)] out string? problem)
    {
        (sample, time) = (null, double.NaN);
        var rest = line;
        var name = ReadName(ref rest).ToString();
        var labels = ImmutableArray<MetricLabel>.Empty;
        rest = rest.TrimStart(" \t");
        if (rest is ['{', ..])
        {
            rest = rest[1..];
            problem = ReadLabels(ref rest, ref name, out labels);
            if (problem is not null)
                return false;
            rest = rest.TrimStart(" \t");
        }

        if (name.Length == 0)
        {
            problem = $"it does not begin with the name of a metric: '{Shorten(line)}'";
            return false;
        }

        var word = ReadWord(ref rest);
        if (!TryParseNumber(word, out var value))
        {
            problem = word.IsEmpty ? $"{name} has no value" : $"{name} has the value '{Shorten(word)}', which is not a number";
            return false;
        }

        rest = rest.TrimStart(" \t");
        // What follows a number sign is an exemplar, which belongs to a single request.
        if (!rest.IsEmpty && rest[0] != '#')
        {
            word = ReadWord(ref rest);
            rest = rest.TrimStart(" \t");
            if (!TryParseNumber(word, out time) || (!rest.IsEmpty && rest[0] != '#'))
            {
                problem = $"{name} has '{Shorten(word)}' after its value, where a time stamp is expected";
                return false;
            }
        }

        sample = new MetricSample(name, labels, value, null);
        problem = null;
        return true;
    }

    static string? ReadLabels(ref ReadOnlySpan<char> rest, ref string name, out ImmutableArray<MetricLabel> labels)
    {
        var found = ImmutableArray.CreateBuilder<MetricLabel>();
        labels = [];
        while (true)
        {
            rest = rest.TrimStart(" \t,");
            if (rest.IsEmpty)
                return "the braces of its labels do not close";
            if (rest[0] == '}')
            {
                rest = rest[1..];
                labels = found.ToImmutable();
                return null;
            }

            string? label;
            if (rest[0] == '"')
            {
                if (!TryReadQuoted(ref rest, out label))
                    return "a name in quotes does not end";
            }
            else
            {
                label = ReadName(ref rest).ToString();
            }

            rest = rest.TrimStart(" \t");
            if (rest is ['=', ..] && label.Length > 0)
            {
                rest = rest[1..].TrimStart(" \t");
                if (!TryReadQuoted(ref rest, out var value))
                    return $"the value of its label {Shorten(label)} is not in quotes, or does not end";
                if (found.Count == MaxLabels)
                    return "it has more than 256 labels";
                found.Add(new MetricLabel(label, value));
            }
            else if (name.Length == 0 && label.Length > 0)
            {
                // A name with characters beyond the usual ones is inside the braces.
                name = label;
            }
            else
            {
                return $"a label is not written as name=\"value\": '{Shorten(rest)}'";
            }

            rest = rest.TrimStart(" \t");
            if (rest.IsEmpty || rest[0] is not (',' or '}'))
                return "the braces of its labels do not close";
        }
    }

    static bool TryReadQuoted(ref ReadOnlySpan<char> rest, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (rest is not ['"', ..])
            return false;
        rest = rest[1..];
        var end = rest.IndexOfAny('"', '\\');
        if (end >= 0 && rest[end] == '"')
        {
            text = rest[..end].ToString();
            rest = rest[(end + 1)..];
            return true;
        }

        var builder = new StringBuilder();
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                text = builder.ToString();
                rest = rest[(i + 1)..];
                return true;
            }

            if (rest[i] == '\\' && i + 1 < rest.Length)
            {
                i++;
                // Other characters after a backslash stay as they are, with it.
                _ = rest[i] switch
                {
                    'n' => builder.Append('\n'),
                    '"' or '\\' => builder.Append(rest[i]),
                    _ => builder.Append('\\').Append(rest[i]),
                };
            }
            else
            {
                builder.Append(rest[i]);
            }
        }

        return false;
    }

    static ReadOnlySpan<char> ReadName(ref ReadOnlySpan<char> rest)
    {
        var end = 0;
        while (end < rest.Length && (char.IsAsciiLetter(rest[end]) || rest[end] is '_' or ':' || (end > 0 && char.IsAsciiDigit(rest[end]))))
            end++;
        var name = rest[..end];
        rest = rest[end..];
        return name;
    }

    static ReadOnlySpan<char> ReadWord(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(" \t");
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[end..];
        return word;
    }

    static bool TryParseNumber(ReadOnlySpan<char> word, out double value)
    {
        var unsigned = word is ['+' or '-', ..] ? word[1..] : word;
        if (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = word[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (unsigned.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            value = double.NaN;
            return true;
        }

        return double.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out value);
    }

    static string Shorten(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : $"{text[..40]}…";
}
