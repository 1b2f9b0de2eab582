using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Training;

/// <summary>Power at the plug of one accelerator in training, including its share of the host, W.</summary>
/// <remarks>
/// If trainings published a measured system power per chip, it is their geometric mean. Otherwise it is board power in training × (1 +
/// k), where k is the other parts of the node over its boards.
/// k includes the idle power of a training node, because it was measured on nodes in training. Published chip-hours include idle time
/// between restarts.
/// </remarks>
static class ChipPower
{
    // Spread between measured trainings on one kind of chip: the pairs on TPU v3 (310, 289 W) and TPU v4 (378.5, 326 W) have 0.05 and 0.11.
    const double Spread = 0.12;

    public static Derivation Derive(Accelerator chip)
    {
        if (Measured(chip) is { } measured)
            return new Derivation.FactorNode(measured);
        var rest = new Derivation.FactorNode(OtherPower.FractionOverGpus());
        return new Derivation.Product("power of a chip with its share of the host", "W",
            [new Derivation.FactorNode(chip.TrainingPower), new Derivation.Sum("chip and other parts of the node", "1",
                [new Derivation.Count("chip", "1", 1), rest])]);
    }

    static Factor? Measured(Accelerator chip)
    {
        var rows = TrainingCatalog.All.Where(row => row is { CalibratesPower: true, PowerKind: "measured system", Watts: not null } && AcceleratorCatalog.AreVariants(row.Hardware, chip.Name)).ToList();
        if (rows.Count == 0)
            return null;
        var mean = Math.Exp(rows.Average(row => Math.Log(row.Watts!.Value)));
        return new Factor($"training/power/{NameMatching.ToSlug(chip.Name)}", $"{chip.Name}, measured power in training with its host", "W", LogNormal.CreateBounds(mean, Spread * Math.Sqrt(1 + (1d / rows.Count))), Quality.Measured,
            SourceList.Find(string.Join(';', rows.Select(row => row.Source.Id).Distinct(StringComparer.Ordinal))), "measured in " + string.Join(", ", rows.Select(row => row.Name)));
    }
}
