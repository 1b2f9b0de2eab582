using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>A GPU, TPU or other accelerator board or chip.</summary>
/// <param name="Name">Name with its variant, such as <c>NVIDIA A100 SXM4 80 GB</c>.</param>
/// <param name="Vendor">Maker.</param>
/// <param name="Year">Year of introduction; null if unknown.</param>
/// <param name="Tdp">Thermal design power, W: a limit, never a measurement.</param>
/// <param name="MemoryGigabytes">Memory on the board, GB; null if unknown.</param>
/// <param name="IdlePower">W idle without a context.</param>
/// <param name="IdlePowerWithContext">W idle while a process holds a context; null for chips without a figure of their own or of the generic fraction.</param>
/// <param name="InferencePower">W while serving, where published; else null.</param>
/// <param name="TrainingPower">W while training.</param>
public sealed record Accelerator(string Name, string Vendor, int? Year, Factor Tdp, double? MemoryGigabytes, Factor IdlePower, Factor IdlePowerWithContext, Factor? InferencePower, Factor TrainingPower)
{
    /// <summary>The slice that this is of a larger accelerator; null for a whole one, the default.</summary>
    public AcceleratorSlice? Slice { get; init; }
}
