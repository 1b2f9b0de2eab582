using System.Globalization;

namespace Tonne.Runs;

/// <summary>Names of nodes as Slurm writes them: <c>n[1-3,7],login</c>.</summary>
/// <remarks>
/// A name may hold several brackets (<c>r[1-2]n[1-2]</c>: the last one counts fastest), and numbers keep their zeros (<c>n[08-10]</c>). Source: scontrol(1),
/// "show hostnames" and "show hostlist".
/// </remarks>
public static class HostList
{
    /// <summary>More names than any cluster has, so that a damaged text cannot fill the memory.</summary>
    public const int MaxNames = 100_000;

    /// <summary>Lists the names of an expression, in its order; a name that is there twice is listed twice.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="names">The names; empty if the text is no expression.</param>
    /// <returns>False if brackets do not match, a range is no range, or there are more than <see cref="MaxNames"/> names.</returns>
    public static bool TryExpand(string text, out IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(text);
        var all = new List<string>();
        names = all;
        foreach (var part in SplitOutsideBrackets(text))
        {
            if (part.Length > 0 && !TryExpandName(part, all))
            {
                names = [];
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes names as one expression: those that differ in their last number only share brackets.</summary>
    /// <param name="names">The names; each is listed once, in the order of its number.</param>
    public static string Compress(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var groups = new Dictionary<(string Prefix, int Width), SortedSet<int>>();
        var parts = new List<string>();
        foreach (var name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var digits = name.Length - name.AsSpan().TrimEnd("0123456789").Length;
            if (digits is 0 or > 9)
            {
                parts.Add(name);
                continue;
            }

            var number = name[^digits..];
            // Zeros in front make the width part of the name: n08 and n8 are two nodes.
            var key = (name[..^digits], number[0] == '0' && digits > 1 ? digits : 0);
            if (key.Item2 == 0 && groups.Keys.FirstOrDefault(known => known.Prefix == key.Item1 && known.Width == digits) is { Prefix: not null } padded)
                key = padded;
            (groups.TryGetValue(key, out var numbers) ? numbers : groups[key] = []).Add(int.Parse(number, CultureInfo.InvariantCulture));
        }

        foreach (var ((prefix, width), numbers) in groups)
            parts.Add(FormatGroup(prefix, width, numbers));
        return string.Join(',', parts.Order(StringComparer.Ordinal));
    }

    static string FormatGroup(string prefix, int width, SortedSet<int> numbers)
    {
        var ranges = new List<string>();
        int? first = null, last = null;
        foreach (var number in numbers)
        {
            if (last is { } before && number == before + 1)
            {
                last = number;
                continue;
            }

            Close();
            (first, last) = (number, number);
        }

        Close();
        return numbers.Count == 1 ? prefix + ranges[0] : $"{prefix}[{string.Join(',', ranges)}]";

        void Close()
        {
            if (first is { } from && last is { } to)
                ranges.Add(from == to ? Format(from) : $"{Format(from)}-{Format(to)}");
        }

        string Format(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');
    }

    static IEnumerable<string> SplitOutsideBrackets(string text)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (text[i] != ',' || depth > 0)
                continue;
            yield return text[start..i].Trim();
            start = i + 1;
        }

        yield return text[start..].Trim();
    }

    /// <summary>Adds the names of one part, such as <c>r[1-2]n[1,3]</c>.</summary>
    static bool TryExpandName(string part, List<string> all)
    {
        var names = new List<string> { "" };
        var rest = part.AsSpan();
        while (!rest.IsEmpty)
        {
            var open = rest.IndexOf('[');
            var fixedPart = open < 0 ? rest : rest[..open];
            if (fixedPart.ContainsAny("] \t"))
                return false;
            var text = fixedPart.ToString();
            for (var i = 0; i < names.Count; i++)
                names[i] += text;
            if (open < 0)
                break;
            var close = rest.IndexOf(']');
            if (close < open || ExpandRanges(rest[(open + 1)..close]) is not { } numbers || (long)names.Count * numbers.Count > MaxNames)
                return false;
            names = [.. names.SelectMany(name => numbers.Select(number => name + number))];
            rest = rest[(close + 1)..];
        }

        if (all.Count + names.Count > MaxNames)
            return false;
        all.AddRange(names);
        return true;
    }

    /// <summary>The numbers of <c>1-3,7</c> as texts; null if it is not such a list.</summary>
    static List<string>? ExpandRanges(ReadOnlySpan<char> text)
    {
        var numbers = new List<string>();
        foreach (var range in text.Split(','))
        {
            var one = text[range];
            var dash = one.IndexOf('-');
            var from = dash < 0 ? one : one[..dash];
            var to = dash < 0 ? one : one[(dash + 1)..];
            if (from.Length is 0 or > 9 || !int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || to.Length > 9 || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                || last < first || last - first >= MaxNames || numbers.Count + (last - first) >= MaxNames)
                return null;
            for (var number = first; number <= last; number++)
                numbers.Add(number.ToString(CultureInfo.InvariantCulture).PadLeft(from.Length, '0'));
        }

        return numbers;
    }
}
