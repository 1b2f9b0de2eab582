using System.Globalization;
using Tonne.Hardware;

namespace Tonne.Estimation;

/// <summary>The assumption about a slice of an accelerator.</summary>
static class SliceAssumption
{
    /// <summary>What is assumed of a slice.</summary>
    public static Assumption Describe(AcceleratorSlice slice, double? memoryGigabytes) => slice.ComputeShare == 1
        ? $"The whole of {slice.Board.Name} as one slice (MIG {slice.Profile})."
        : string.Create(CultureInfo.InvariantCulture,
        $"A slice of {slice.Board.Name} (MIG {slice.Profile}): {slice.ComputeShare * 100:0.#} % of its rate, {slice.MemoryShare * 100:0.#} % of its "
        + $"memory bandwidth, {memoryGigabytes:0} GB, and {slice.ComputeShare * 100:0.#} % of its power, idle power included, as if all of its slices were "
        + $"in use. If no other one is, the slice carries all of the idle power (the upper bound). No slice was measured.");
}
