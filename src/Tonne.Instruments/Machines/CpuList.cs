using System.Globalization;

namespace Tonne.Instruments.Machines;

/// <summary>Lists of processors as the kernel writes them: <c>0-3,8,10-11</c>.</summary>
static class CpuList
{
    /// <summary>The longest list that is taken: no machine has more processors.</summary>
    const int MaxProcessors = 1 << 20;

    /// <summary>Counts the processors in a list; null if the text is not a list.</summary>
    internal static int? Count(ReadOnlySpan<char> list)
    {
        var count = 0;
        foreach (var range in list.Trim().Split(','))
        {
            if (!TryRange(list.Trim()[range], out var first, out var last))
                return null;
            count += last - first + 1;
            if (count > MaxProcessors)
                return null;
        }

        return count;
    }

    /// <summary>The processors a list names, at most 8,192; null if it is not a list.</summary>
    internal static List<int>? ParseMembers(ReadOnlySpan<char> list)
    {
        if (Count(list) is not { } count || count > 8192)
            return null;
        var members = new List<int>(count);
        foreach (var range in list.Trim().Split(','))
        {
            if (!TryRange(list.Trim()[range], out var first, out var last))
                return null;
            for (var member = first; member <= last; member++)
                members.Add(member);
        }

        return members;
    }

    static bool TryRange(ReadOnlySpan<char> part, out int first, out int last)
    {
        part = part.Trim();
        var dash = part.IndexOf('-');
        last = 0;
        return TryNumber(dash < 0 ? part : part[..dash], out first) && TryNumber(dash < 0 ? part : part[(dash + 1)..], out last) && last >= first && last < MaxProcessors;

        static bool TryNumber(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
