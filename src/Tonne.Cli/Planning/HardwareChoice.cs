using System.Globalization;
using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Hardware;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Cli.Planning;

/// <summary>Time and power of the same work on another accelerator.</summary>
/// <remarks>
/// Duration factor = peak 16-bit operations of the present one ÷ those of the other; power factor = power while training there ÷ here. Both keep the utilisation, which is a
/// modelled assumption: faster accelerators are often used less. Embodied emissions of an hour = M ÷ (lifetime · utilisation).
/// </remarks>
static class HardwareChoice
{
    /// <summary>The variant of an accelerator.</summary>
    /// <param name="chip">The accelerator.</param>
    /// <param name="present">The one that the work's time and power are given for.</param>
    /// <exception cref="InvalidInputException">Its datasheet is not known.</exception>
    public static HardwareVariant Create(Accelerator chip, Accelerator present)
    {
        var hours = EmbodiedCatalog.Lifetime.Bounds.Best * EmbodiedCatalog.Utilisation.Bounds.Best * Accountant.HoursPerYear;
        var embodied = Emissions.FromKilograms(EmbodiedCatalog.GetAcceleratorEmissions(chip).Bounds.Best / hours);
        return chip == present ? new HardwareVariant(chip.Name, EmbodiedPerHour: embodied)
            : new HardwareVariant(chip.Name, GetPeak(present) / GetPeak(chip), chip.TrainingPower.Bounds.Best / present.TrainingPower.Bounds.Best, embodied);
    }

    static double GetPeak(Accelerator chip) => (AcceleratorDatasheet.Find(chip) is { } sheet ? sheet.Dense16BitTeraflops ?? sheet.Vector16BitTeraflops ?? sheet.Fp32Teraflops : null)
        ?? throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"--hardware: the 16-bit operations of {chip.Name} are not known, so its time cannot be compared."));
}
