using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Hardware;
using Tonne.Planning;

namespace Tonne.Cli.Planning;

/// <summary>Time and power of the same work on another accelerator.</summary>
static class HardwareChoice
{
    /// <summary>The variant of an accelerator.</summary>
    /// <param name="chip">The accelerator.</param>
    /// <param name="present">The one that the work's time and power are given for.</param>
    /// <exception cref="InvalidInputException">Its datasheet is not known.</exception>
    public static HardwareVariant Create(Accelerator chip, Accelerator present) => HardwareComparison.Compare(chip, present)
        ?? throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture,
            $"--hardware: the 16-bit operations of {chip.Name} or of {present.Name} are not known, so their times cannot be compared."));
}
