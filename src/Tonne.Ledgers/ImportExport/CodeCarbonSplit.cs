using System.Globalization;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Ledgers.ImportExport;

/// <summary>Splits the energy that a CodeCarbon row states among the parts of the machine. The parts always add up to energy_consumed.</summary>
/// <remarks>
/// cpu_energy, ram_energy and gpu_energy are taken as stated if they add up to energy_consumed. If they add up to less and one of them is
/// empty, the rest is that one. If nothing is known of two of them, or all are 0, the energy is not split. Else they are scaled.
/// </remarks>
static class CodeCarbonSplit
{
    /// <summary>Code of the warning that the stated parts do not add up to energy_consumed.</summary>
    internal const string WarningCode = "parts-do-not-add";

    /// <summary>Relative difference below which stated parts are equal to their stated sum: the rounding of CodeCarbon's additions.</summary>
    const double Rounding = 1e-9;

    /// <summary>Relative difference above which a warning is added: the rounding of a file edited by hand.</summary>
    const double Tolerance = 1e-6;

    const string AsStated = "As CodeCarbon stated it; its file does not state whether this was measured or modelled.";

    /// <summary>The parts, whose sum × PUE is energy_consumed.</summary>
    internal static List<CodeCarbonPart> Split(CodeCarbonRow row)
    {
        var stated = StatedParts(row);
        var (sum, total) = (stated.Sum(part => part.KilowattHours), row.EnergyConsumed);
        if (stated.Count > 0 && Differ(sum, total) <= Rounding)
            return stated.ConvertAll(part => Create(part.Component, part.KilowattHours, AsStated));
        if (sum < total && Differ(sum, total) > Tolerance && MissingParts(row) is { Count: > 0 } missing)
        {
            return missing.Count > 1
                ? [Create(Component.Platform, total, stated.Count == 0 ? AsStated : "energy_consumed as CodeCarbon stated it. Its parts are not known: two of them are empty.")]
                : [
                    .. stated.Select(part => Create(part.Component, part.KilowattHours, AsStated)),
                    Create(missing[0].Component, total - sum, $"energy_consumed without the other parts: {missing[0].Column} is empty."),
                ];
        }

        if (sum <= 0)
            return [Create(Component.Platform, total, AsStated)];
        return stated.ConvertAll(part => Create(part.Component, part.KilowattHours / sum * total, "As CodeCarbon stated it, scaled so that the parts add up to energy_consumed."));

        CodeCarbonPart Create(Component component, double kilowattHours, string origin) => new(component, Energy.FromKilowattHours(kilowattHours / row.Pue).Joules, origin);
    }

    /// <summary>The warning if the stated parts do not add up to energy_consumed; null if they do or none is stated.</summary>
    internal static string? DescribeDifference(CodeCarbonRow row)
    {
        var stated = StatedParts(row);
        var (sum, total) = (stated.Sum(part => part.KilowattHours), row.EnergyConsumed);
        if (stated.Count == 0 || Differ(sum, total) <= Tolerance)
            return null;
        var how = Split(row) is [{ Component: Component.Platform }] ? "it is not split into parts"
            : sum < total && MissingParts(row) is [var (_, column)] ? $"the rest is taken as {column}, which is empty"
            : "its parts are scaled";
        return string.Create(CultureInfo.InvariantCulture, $"CodeCarbon's parts add up to {sum} kWh, but it states {total} kWh as their sum. The stated sum is counted; {how}.");
    }

    static List<(Component Component, double KilowattHours)> StatedParts(CodeCarbonRow row)
    {
        var parts = new List<(Component, double)>(3);
        Add(Component.Cpu, row.CpuEnergy);
        Add(Component.Memory, row.RamEnergy);
        // CodeCarbon writes 0 for a machine without an accelerator.
        Add(Component.Gpu, row.GpuEnergy is 0 && row[CodeCarbonColumn.GpuModel] is null ? null : row.GpuEnergy);
        return parts;

        void Add(Component component, double? kilowattHours)
        {
            if (kilowattHours is { } energy)
                parts.Add((component, energy));
        }
    }

    static List<(Component Component, string Column)> MissingParts(CodeCarbonRow row) =>
    [
        .. new[]
        {
            (Component.Cpu, CodeCarbonColumn.CpuEnergy, row.CpuEnergy),
            (Component.Memory, CodeCarbonColumn.RamEnergy, row.RamEnergy),
            (Component.Gpu, CodeCarbonColumn.GpuEnergy, row.GpuEnergy),
        }.Where(part => part.Item3 is null).Select(part => (part.Item1, part.Item2)),
    ];

    static double Differ(double sum, double total) => sum == total ? 0 : Math.Abs(sum - total) / Math.Max(sum, total);
}
