using Tonne.Hardware;

namespace Tonne.Estimation.Serving;

/// <summary>Finds the generation of an accelerator by its catalog name.</summary>
static class AcceleratorGenerationLookup
{
    static readonly string[] Ampere = ["A100", "A800"];
    static readonly string[] Hopper = ["H100", "H200", "H800", "H20", "GH200"];
    static readonly string[] Blackwell = ["B100", "B200", "B300", "GB200", "GB300"];

    public static AcceleratorGeneration GetGeneration(Accelerator accelerator)
    {
        var words = accelerator.Name.Split(' ');
        return Array.Exists(Ampere, words.Contains) ? AcceleratorGeneration.Ampere
            : Array.Exists(Hopper, words.Contains) ? AcceleratorGeneration.Hopper
            : Array.Exists(Blackwell, words.Contains) ? AcceleratorGeneration.Blackwell
            : AcceleratorGeneration.Unmeasured;
    }
}
