using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>Shows where the facility energy of a run went: one bar, a shade for each component, with its share beside it.</summary>
static class EnergyBar
{
    const int MaxParts = 5;
    const int MinBarColumns = 8;
    const int MaxBarColumns = 24;
    const double ShownShare = 0.005;

    /// <summary>Name of the energy that the PUE adds to the IT energy: cooling and power distribution.</summary>
    const string Overhead = "overhead (PUE)";

    /// <summary>One part of the bar.</summary>
    /// <param name="Name">Component, or what PUE adds.</param>
    /// <param name="Share">Share of the facility energy, 0 to 1.</param>
    internal readonly record struct Part(string Name, double Share);

    /// <summary>The parts, the largest first; they sum to 1.</summary>
    internal static IReadOnlyList<Part> CreateParts(RunRecord record, Footprint footprint)
    {
        double total = record.Components.Sum(part => part.JobMicrojoules);
        if (total <= 0)
            return [];
        var pue = footprint.Factors.Pue.Bounds.Best;
        var parts = record.Components.GroupBy(part => part.Component)
            .Select(kind => new Part(EnumWords.Format(kind.Key), kind.Sum(part => (double)part.JobMicrojoules) / total / pue))
            .Append(new Part(Overhead, 1 - (1 / pue)))
            .Where(part => part.Share >= ShownShare).OrderByDescending(part => part.Share).ToList();
        return [.. parts.Take(MaxParts)];
    }

    /// <summary>Writes the bar; nothing if there was no energy.</summary>
    internal static void Write(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        var parts = CreateParts(record, footprint);
        if (parts.Count == 0)
            return;
        var shades = sheet.Capabilities.Unicode ? "█▓▒░▚" : "#=+-.";
        if (!Fits(parts, sheet))
            parts = [.. parts.Select(part => part.Name == Overhead ? part with { Name = "overhead" } : part)];
        while (!Fits(parts, sheet) && parts.Count > 2)
            parts = [.. parts.SkipLast(2), new Part("rest", parts[^1].Share + parts[^2].Share)];
        var columns = Math.Clamp(sheet.RowColumns - CountLegendColumns(parts), MinBarColumns, MaxBarColumns);
        var cells = Allocate([.. parts.Select(part => part.Share)], columns);
        var texts = new List<StyledText> { new(string.Concat(cells.Select((count, i) => new string(shades[i], count))), TextStyle.Bar) };
        texts.AddRange(parts.Select((part, i) => (StyledText)$"{StyledTextWriter.NoBreak}{StyledTextWriter.ToUnbreakable($"{shades[i]} {Format(part)}")}"));
        sheet.WriteRow("energy", [.. texts.SelectMany((text, i) => i == 0 ? [text] : (StyledText[])[" ", text])]);
    }

    static bool Fits(IReadOnlyList<Part> parts, StyledTextWriter sheet) => CountLegendColumns(parts) + MinBarColumns <= sheet.RowColumns;

    static int CountLegendColumns(IReadOnlyList<Part> parts) => parts.Sum(part => TextSanitizer.CountColumns(Format(part)) + 4);

    static string Format(Part part) => $"{part.Name} {DisplayValue.FormatPercent(part.Share)}";

    /// <summary>Columns for each share, by largest remainder; each part has one at least.</summary>
    internal static int[] Allocate(IReadOnlyList<double> shares, int columns)
    {
        var sum = shares.Sum();
        var exact = shares.Select(share => share / sum * columns).ToArray();
        var cells = exact.Select(wanted => Math.Max(1, (int)wanted)).ToArray();
        while (cells.Sum() < columns)
            cells[MaxIndex(i => exact[i] - cells[i])]++;
        while (cells.Sum() > columns && cells.Max() > 1)
            cells[MaxIndex(i => cells[i] - exact[i] + (cells[i] > 1 ? 0 : -columns))]--;
        return cells;

        int MaxIndex(Func<int, double> value) => Enumerable.Range(0, cells.Length).MaxBy(value);
    }
}
