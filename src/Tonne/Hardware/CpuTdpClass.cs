using System.Text.RegularExpressions;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>A class of power that the letters of a processor's name stand for: U, H, K, T, N …</summary>
/// <param name="Kind">The machine that such a processor is in: desktop, workstation, mobile or low-power.</param>
/// <param name="Tdp">TDP, W: the usual one; from the lowest configurable to the maximum turbo power or the limit of the socket.</param>
sealed record CpuTdpClass(string Kind, Factor Tdp)
{
    const string Table = "cpu_tdp_classes.csv";

    // A name in CPUID has 48 characters at most.
    const int LongestName = 96;

    static readonly Lazy<(Regex Pattern, CpuTdpClass Class)[]> All = new(Read);

    /// <summary>The class of a processor's name; null if none is known.</summary>
    public static CpuTdpClass? Find(string? name)
    {
        if (name is null)
            return null;
        var written = CpuCatalog.Normalise(name.Length > LongestName ? name[..LongestName] : name);
        return Array.Find(All.Value, row => row.Pattern.IsMatch(written)).Class;
    }

    static (Regex, CpuTdpClass)[] Read()
    {
        var all = new List<(Regex, CpuTdpClass)>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), "pattern,kind,low_w,tdp_w,high_w,source,note");
        while (rows.Read())
        {
            var (low, best, high, kind) = (rows.GetNumber(2), rows.GetNumber(3), rows.GetNumber(4), rows.GetText(1));
            if (!(low > 0 && low <= best && best <= high))
                throw rows.CreateFormatException("the bounds must satisfy 0 < low ≤ tdp ≤ high");
            if (kind is not ("desktop" or "workstation" or "mobile" or "low-power"))
                throw rows.CreateFormatException($"the kind \"{kind}\" must be desktop, workstation, mobile or low-power");
            var pattern = rows.GetText(0);
            var (id, source) = ($"cpu/tdp-class/{NameMatching.ToSlug(pattern)}/{rows.GetText(5)}", SourceList.Find(rows.GetText(5)));
            if (all.Exists(row => string.Equals(row.Item2.Tdp.Id, id, StringComparison.Ordinal)))
                throw rows.CreateFormatException($"the id {id} is used twice");
            var note = rows[6].IsEmpty ? "by the letters of its name" : $"by the letters of its name; {rows.GetText(6)}";
            var tdp = new Factor(id, "TDP of a processor of this class", "W", new Bounds(low, best, high), Quality.Assumed, source, note);
            all.Add((new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)), new CpuTdpClass(kind, tdp)));
        }

        return [.. all];
    }
}
