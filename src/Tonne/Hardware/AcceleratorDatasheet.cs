using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>Peak rates of an accelerator from its data sheet: limits, never measurements. Null means not published.</summary>
/// <param name="Name">Name as in <see cref="AcceleratorCatalog"/>.</param>
/// <param name="Dense16BitTeraflops">Matrix units at bf16 or fp16 with accumulation at 32 bit, without sparsity, 10^12 operations/s; null for chips without matrix units.</param>
/// <param name="Vector16BitTeraflops">Vector units at 16 bit, 10^12 operations/s.</param>
/// <param name="Fp32Teraflops">Vector units at 32 bit, 10^12 operations/s.</param>
/// <param name="Int8Teraops">Matrix units at int8 without sparsity, 10^12 operations/s.</param>
/// <param name="Fp8Teraflops">Matrix units at fp8 without sparsity, 10^12 operations/s.</param>
/// <param name="BandwidthGigabytesPerSecond">Memory bandwidth, 10^9 B/s.</param>
/// <param name="DieSquareMillimetres">Area of the compute die (of all of them where there are several), mm².</param>
/// <param name="ProcessNanometres">Node of the compute die, nm.</param>
/// <param name="Source">Source of the figures.</param>
public sealed record AcceleratorDatasheet(
    string Name,
    double? Dense16BitTeraflops,
    double? Vector16BitTeraflops,
    double? Fp32Teraflops,
    double? Int8Teraops,
    double? Fp8Teraflops,
    double? BandwidthGigabytesPerSecond,
    double? DieSquareMillimetres,
    double? ProcessNanometres,
    Source Source)
{
    const string Table = "accelerator_peaks.csv";

    /// <summary>Factor by which the rates may be off either way: 1 where they were read in a data sheet or a transcription of it.</summary>
    public double Spread { get; init; } = 1;

    static readonly Lazy<Dictionary<string, AcceleratorDatasheet>> ByName = new(Read);

    /// <summary>The peaks of an accelerator; null if the table has none.</summary>
    public static AcceleratorDatasheet? Find(Accelerator accelerator) => accelerator.Slice is { } slice
        ? ByName.Value.GetValueOrDefault(slice.Board.Name)?.TakeShare(accelerator.Name, slice)
        : ByName.Value.GetValueOrDefault(accelerator.Name);

    AcceleratorDatasheet TakeShare(string name, AcceleratorSlice slice) => this with
    {
        Name = name,
        Dense16BitTeraflops = Dense16BitTeraflops * slice.ComputeShare,
        Vector16BitTeraflops = Vector16BitTeraflops * slice.ComputeShare,
        Fp32Teraflops = Fp32Teraflops * slice.ComputeShare,
        Int8Teraops = Int8Teraops * slice.ComputeShare,
        Fp8Teraflops = Fp8Teraflops * slice.ComputeShare,
        BandwidthGigabytesPerSecond = BandwidthGigabytesPerSecond * slice.MemoryShare,
        Spread = slice.ComputeShare < 1 ? Spread * AcceleratorSlice.RateSpread : Spread,
    };

    /// <summary>What is wrong with the table; empty if nothing.</summary>
    internal static IEnumerable<string> Problems()
    {
        var known = AcceleratorCatalog.All.Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        return ByName.Value.Keys.Where(name => !known.Contains(name)).Select(name => $"{Table}: {name} is not in the table of accelerators");
    }

    static Dictionary<string, AcceleratorDatasheet> Read()
    {
        var all = new Dictionary<string, AcceleratorDatasheet>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table),
            "name,dense_16_bit_tflops,vector_16_bit_tflops,single_tflops,int8_tops,fp8_tflops,bandwidth_gb_per_s,die_mm2,process_nm,source,spread");
        while (rows.Read())
        {
            var name = rows.GetText(0);
            var spread = rows.GetNumberOrNull(10) ?? 1;
            if (spread < 1)
                throw rows.CreateFormatException("the spread must be at least 1");
            if (!all.TryAdd(name, new AcceleratorDatasheet(name, rows.GetNumberOrNull(1), rows.GetNumberOrNull(2), rows.GetNumberOrNull(3), rows.GetNumberOrNull(4), rows.GetNumberOrNull(5),
                rows.GetNumberOrNull(6), rows.GetNumberOrNull(7), rows.GetNumberOrNull(8), SourceList.Find(rows.GetText(9))) { Spread = spread }))
            {
                throw rows.CreateFormatException($"{name} is listed twice");
            }
        }
        return all;
    }
}
