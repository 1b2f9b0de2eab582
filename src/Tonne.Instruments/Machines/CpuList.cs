using System.Globalization;

namespace Tonne.Instruments.Machines;

/// <summary>Lists of processors as the kernel writes them: <c>0-3,8,10-11</c>.</summary>
static class CpuList
{
    /// <summary>How many processors a list names; null if it is not a list.</summary>
    internal static int? Count(ReadOnlySpan<char> list)
    {
        const int most = 1 << 20;
        list = list.Trim();
        if (list.IsEmpty)
            return null;
        var count = 0;
        foreach (var range in list.Split(','))
        {
            var part = list[range].Trim();
            var dash = part.IndexOf('-');
            if (!TryNumber(dash < 0 ? part : part[..dash], out var first) || !TryNumber(dash < 0 ? part : part[(dash + 1)..], out var last) || last < first || last >= most)
                return null;
            count += last - first + 1;
            if (count > most)
                return null;
        }

        return count;

        static bool TryNumber(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
