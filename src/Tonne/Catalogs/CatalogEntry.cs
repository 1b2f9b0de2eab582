using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Catalogs;

/// <summary>One row of a catalog as it is shown and searched.</summary>
/// <param name="Id">Stable id of the factor behind it, or of the row where there is none.</param>
/// <param name="Name">What it is.</param>
/// <param name="Bounds">Its value with bounds, in <paramref name="Unit"/>; null where there is no number.</param>
/// <param name="Unit">Unit of the value.</param>
/// <param name="Year">Year it holds for or was published; null if unknown.</param>
/// <param name="Quality">Measured, modelled or assumed.</param>
/// <param name="Source">Id of the source, or several joined by <c>;</c>.</param>
/// <param name="Note">Anything else a reader should see; null if nothing.</param>
public sealed record CatalogEntry(string Id, string Name, Bounds? Bounds, string Unit, int? Year, Quality Quality, string Source, string? Note = null)
{
    /// <summary>The entry that shows a factor.</summary>
    public static CatalogEntry FromFactor(Factor factor, string? name = null, int? year = null) =>
        new(factor.Id, name ?? factor.Label, factor.Bounds, factor.Unit, year ?? factor.Source.Year, factor.Quality, factor.Source.Id, factor.Note);

    /// <summary>Whether every word of a search occurs in the id, name, note or source; an empty search finds all.</summary>
    public bool Matches(string? search)
    {
        if (string.IsNullOrWhiteSpace(search))
            return true;
        foreach (var word in search.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var key = NameMatching.ToKey(word);
            var found = NameMatching.ToKey(Name).Contains(key, StringComparison.Ordinal) || NameMatching.ToKey(Id).Contains(key, StringComparison.Ordinal)
                || Source.Contains(word, StringComparison.OrdinalIgnoreCase) || (Note is not null && Note.Contains(word, StringComparison.OrdinalIgnoreCase));
            if (!found)
                return false;
        }
        return true;
    }

    /// <summary>What is known to contradict the value, in a few words, such as a misprint in its source; null if nothing.</summary>
    public string? Contradiction { get; init; }

    /// <summary>Value, bounds, unit, and what contradicts the value, in one text.</summary>
    public string ValueText => Bounds is null ? "" : Contradiction is null ? Number : $"{Number} ({Contradiction})";

    string Number => Bounds is not { } b ? ""
        : (b.IsExact ? Digits(b.Best, 4) : $"{Digits(b.Best, 4)} [{Digits(b.Low, 3)}, {Digits(b.High, 3)}]") + (Unit == "1" ? "" : " " + Unit);

    /// <summary>Significant digits, thousands grouped; powers of ten for what is very small or large.</summary>
    static string Digits(double value, int digits)
    {
        var size = Math.Abs(value);
        if (size is > 0 and (< 1e-4 or >= 1e9))
            return value.ToString($"G{digits}", CultureInfo.InvariantCulture);
        var decimals = size == 0 ? 0 : Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(size)), 0, 8);
        var scale = size == 0 ? 1 : Math.Pow(10, Math.Max(0, (int)Math.Floor(Math.Log10(size)) - digits + 1));
        return (Math.Round(value / scale) * scale is var whole && scale > 1 ? whole : value).ToString("#,0." + new string('#', decimals), CultureInfo.InvariantCulture);
    }

    /// <summary>What is wrong with a list of entries: ids used twice, sources not listed, years and bounds out of range. Empty if
    /// nothing.</summary>
    public static IReadOnlyList<string> Problems(IEnumerable<CatalogEntry> entries)
    {
        var problems = new List<string>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!ids.Add(entry.Id))
                problems.Add($"{entry.Id}: the id is used twice");
            if (entry.Source.Length == 0 || !SourceList.ContainsAll(entry.Source))
                problems.Add($"{entry.Id}: the source \"{entry.Source}\" is not listed");
            if (entry.Year is < 1995 or > 2035)
                problems.Add($"{entry.Id}: the year {entry.Year} is out of range");
            if (entry.Name.Length == 0)
                problems.Add($"{entry.Id}: the name is empty");
            if (entry.Bounds is { } b && !(b.Low <= b.Best && b.Best <= b.High && double.IsFinite(b.High)))
                problems.Add($"{entry.Id}: the bounds are not ordered");
        }
        return problems;
    }
}
