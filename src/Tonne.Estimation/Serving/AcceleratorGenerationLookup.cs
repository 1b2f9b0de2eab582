using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Finds the generation of an accelerator by its catalog name.</summary>
static class AcceleratorGenerationLookup
{
    static readonly string[] Ampere = ["A100", "A800"];
    static readonly string[] Hopper = ["H100", "H200", "H800", "H20", "GH200"];
    static readonly string[] Blackwell = ["B100", "B200", "B300", "GB200", "GB300"];
    static readonly string[] Cdna3 = ["MI300A", "MI300X", "MI308X", "MI325X"];

    public static AcceleratorGeneration GetGeneration(Accelerator accelerator)
    {
        var words = accelerator.Name.Split(' ');
        return Array.Exists(Ampere, words.Contains) ? AcceleratorGeneration.Ampere
            : Array.Exists(Hopper, words.Contains) ? AcceleratorGeneration.Hopper
            : Array.Exists(Blackwell, words.Contains) ? AcceleratorGeneration.Blackwell
            : Array.Exists(Cdna3, words.Contains) ? AcceleratorGeneration.Cdna3
            : AcceleratorGeneration.Unmeasured;
    }

    /// <summary>Energy over that of the fitted model on the accelerator's data sheet; null where the fit includes its generation.</summary>
    public static Factor? FindUnfittedFactor(Accelerator accelerator) => GetGeneration(accelerator) switch
    {
        AcceleratorGeneration.Cdna3 => ServingFactors.Table["serving/cdna3"],
        AcceleratorGeneration.Unmeasured when accelerator.Vendor == "NVIDIA" => ServingFactors.Table["serving/unmeasured-hardware"],
        AcceleratorGeneration.Unmeasured => ServingFactors.Table["serving/unmeasured-vendor"],
        _ => null,
    };
}
