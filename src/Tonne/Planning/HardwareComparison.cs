using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Time and power of the same work on another accelerator, from data sheets.</summary>
/// <remarks>
/// Duration factor = peak 16-bit operations of the present one ÷ those of the other; power factor = power while training there ÷ here. Both
/// keep the utilisation, which is a modelled assumption: faster accelerators are often used less. Embodied emissions of an hour = M ÷
/// (lifetime · utilisation). A pure function of its arguments.
/// </remarks>
public static class HardwareComparison
{
    // Where a memory bandwidth is not published, the time may be off by this factor either way: assumed.
    const double UnknownBandwidthSpread = 2;

    /// <summary>The variant of an accelerator; null if the rates of one of the two are not published.</summary>
    /// <param name="chip">The accelerator.</param>
    /// <param name="present">The one that the work's time and power are given for.</param>
    public static HardwareVariant? Compare(Accelerator chip, Accelerator present)
    {
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentNullException.ThrowIfNull(present);
        var embodied = GetEmbodiedPerHour(chip);
        if (chip == present)
            return new HardwareVariant(chip.Name, EmbodiedPerHour: embodied);
        return GetPeak(present) is { } here && GetPeak(chip) is { } there
            ? new HardwareVariant(chip.Name, here / there, chip.TrainingPower.Bounds.Best / present.TrainingPower.Bounds.Best, embodied)
                : null;
    }

    /// <summary>The interval of the comparison: the variant that emits least, and the one that emits most.</summary>
    /// <param name="chip">The accelerator.</param>
    /// <param name="present">The one that the work's time and power are given for.</param>
    /// <returns>
    /// Time by the ratio of the operations or by that of the memory bandwidths, whichever is shorter and longer (work is limited by one of
    /// them); power by the limits of the other's power while training. Both null if the rates are not published.
    /// </returns>
    public static (HardwareVariant? Least, HardwareVariant? Most) GetInterval(Accelerator chip, Accelerator present)
    {
        if (Compare(chip, present) is not { } best || chip == present)
            return (Compare(chip, present), Compare(chip, present));
        var (time, power) = (best.DurationFactor, present.TrainingPower.Bounds.Best);
        var bandwidth = AcceleratorDatasheet.Find(present)?.BandwidthGigabytesPerSecond / AcceleratorDatasheet.Find(
            chip)?.BandwidthGigabytesPerSecond;
        return (
            best with
            {
                DurationFactor = bandwidth is { } fast ? Math.Min(time, fast) : time / UnknownBandwidthSpread,
                PowerFactor = chip.TrainingPower.Bounds.Low / power,
            },
            best with
            {
                DurationFactor = bandwidth is { } slow ? Math.Max(time, slow) : time * UnknownBandwidthSpread,
                PowerFactor = chip.TrainingPower.Bounds.High / power,
            });
    }

    static Emissions GetEmbodiedPerHour(Accelerator chip)
    {
        var hours = EmbodiedCatalog.Lifetime.Bounds.Best * EmbodiedCatalog.Utilisation.Bounds.Best * Accountant.HoursPerYear;
        return Emissions.FromKilograms(EmbodiedCatalog.GetAcceleratorEmissions(chip).Bounds.Best / hours);
    }

    static double? GetPeak(Accelerator chip) =>
        AcceleratorDatasheet.Find(chip) is { } sheet ? sheet.Dense16BitTeraflops ?? sheet.Vector16BitTeraflops ?? sheet.Fp32Teraflops
            : null;
}
