using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Training;

/// <summary>Power at the plug of one accelerator in training, including its share of the host, W.</summary>
/// <remarks>
/// If published trainings state a measured system power per chip, the power is their geometric mean. Otherwise it is the board power in
/// training × (1 + k), where k is the power of the other parts of the node ÷ that of its accelerator boards. k was measured on nodes in
/// training, so it includes their idle power; published chip-hours include the idle time between restarts.
/// </remarks>
static class ChipPower
{
    // Standard deviation of ln power between measured trainings on one kind of chip. The pairs on TPU v3 (310, 289 W) and TPU v4 (378.5,
    // 326 W) have 0.05 and 0.11.
    const double LogSpread = 0.12;

    /// <summary>Derives the power, W.</summary>
    public static Derivation Derive(Accelerator chip)
    {
        if (FindMeasured(chip) is { } measured)
            return new Derivation.FactorNode(measured);
        var otherParts = new Derivation.FactorNode(OtherPower.FractionOverGpus());
        return new Derivation.Product("power of a chip with its share of the host", "W",
            [new Derivation.FactorNode(chip.TrainingPower), new Derivation.Sum("chip and other parts of the node", "1",
                [new Derivation.Count("chip", "1", 1), otherParts])]);
    }

    static Factor? FindMeasured(Accelerator chip)
    {
        if (chip.Slice is not null)
            return null;
        var rows = TrainingCatalog.All.Where(row =>
            row is { CalibratesPower: true, PowerKind: "measured system", Watts: not null }
            && AcceleratorCatalog.AreVariants(row.Hardware, chip.Name)).ToList();
        if (rows.Count == 0)
            return null;
        var mean = Math.Exp(rows.Average(row => Math.Log(row.Watts!.Value)));
        var bounds = LogNormal.CreateBounds(mean, LogSpread * Math.Sqrt(1 + (1d / rows.Count)));
        return new Factor(
            $"training/power/{NameMatching.ToSlug(chip.Name)}", $"{chip.Name}, measured power in training with its host", "W",
            bounds, Quality.Measured,
            SourceList.Find(string.Join(';', rows.Select(row => row.Source.Id).Distinct(StringComparer.Ordinal))),
            "measured in " + string.Join(", ", rows.Select(row => row.Name)));
    }
}
