using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>The construction of an accelerator, as its embodied emissions need it.</summary>
/// <param name="Name">Name as in <see cref="AcceleratorCatalog"/>.</param>
/// <param name="Memory">Type of memory in lower case: hbm2, hbm2e, hbm3, hbm3e, gddr5, gddr6, gddr7, ddr3, lpddr.</param>
/// <param name="MemoryGigabytes">Memory, GB; null if unknown.</param>
/// <param name="IsModule">Whether it shares a board with others; otherwise it is a card of its own.</param>
/// <param name="Dies">Compute dies.</param>
/// <param name="Die">Area of one compute die, mm², its bounds equal where it is published; null if unknown.</param>
/// <param name="ProcessNanometres">Node of the compute dies, nm; null if unknown.</param>
/// <param name="Source">Source of the facts.</param>
sealed record AcceleratorConstruction(string Name, string Memory, double? MemoryGigabytes, bool IsModule, int Dies, Bounds? Die, double? ProcessNanometres, Source Source)
{
    const string Table = "accelerator_builds.csv";

    static readonly Lazy<Dictionary<string, AcceleratorConstruction>> ByName = new(Read);

    /// <summary>Whether the memory is stacked and placed next to the dies on an interposer.</summary>
    public bool IsStacked => Memory.StartsWith("hbm", StringComparison.Ordinal);

    /// <summary>The construction of an accelerator; null if the table has none.</summary>
    public static AcceleratorConstruction? Find(Accelerator accelerator) => ByName.Value.GetValueOrDefault(accelerator.Name);

    /// <summary>What is wrong with the table; empty if nothing.</summary>
    public static IEnumerable<string> Problems()
    {
        var known = AcceleratorCatalog.All.Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        return ByName.Value.Keys.Where(name => !known.Contains(name)).Select(name => $"{Table}: {name} is not in the table of accelerators")
            .Concat(known.Where(name => !ByName.Value.ContainsKey(name)).Select(name => $"{Table}: {name} is missing"));
    }

    static Dictionary<string, AcceleratorConstruction> Read()
    {
        var accelerators = AcceleratorCatalog.All.ToDictionary(row => row.Name, StringComparer.Ordinal);
        var all = new Dictionary<string, AcceleratorConstruction>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), "name,memory,memory_gb,form,dies,die_low_mm2,die_mm2,die_high_mm2,process_nm,source");
        while (rows.Read())
        {
            var name = rows.GetText(0);
            var accelerator = accelerators.GetValueOrDefault(name);
            var peaks = accelerator is null ? null : AcceleratorDatasheet.Find(accelerator);
            var die = rows.GetNumberOrNull(6) ?? peaks?.DieSquareMillimetres;
            if (die is <= 0 || (rows.GetIntegerOrNull(4) ?? 1) < 1)
                throw rows.CreateFormatException("an area and a number of dies must be above 0");
            var form = rows.GetText(3);
            if (form is not ("card" or "module"))
                throw rows.CreateFormatException($"the form \"{form}\" must be card or module");
            var build = new AcceleratorConstruction(name, rows.GetText(1), rows.GetNumberOrNull(2) ?? accelerator?.MemoryGigabytes, form == "module", (rows.GetIntegerOrNull(4) ?? 1),
                die is { } area ? new Bounds(rows.GetNumberOrNull(5) ?? area, area, rows.GetNumberOrNull(7) ?? area) : null, rows.GetNumberOrNull(8) ?? peaks?.ProcessNanometres, SourceList.Find(rows.GetText(9)));
            if (!all.TryAdd(name, build))
                throw rows.CreateFormatException($"{name} is listed twice");
        }
        return all;
    }
}
