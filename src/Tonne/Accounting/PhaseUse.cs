using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Energy and hardware that a life-cycle phase uses, before emissions are computed.</summary>
/// <remarks>
/// Input of the <see cref="Accountant"/> for an estimate, for a described phase, and for energy that was measured elsewhere.
/// </remarks>
/// <param name="Name">Name of the phase, for example <c>training</c>.</param>
/// <param name="Boundary">What the energy includes; extent <c>it</c>, or <c>facility</c> with <paramref name="IncludesFacility"/>.</param>
/// <param name="Energy">Energy at the plug, kWh, derived from counts and factors.</param>
/// <param name="Embodied">Embodied emissions assigned to the phase, kg CO2e; null if unknown or not wanted.</param>
/// <param name="Quality">The worst quality of the parts that have more than 5 % of the energy.</param>
/// <param name="MeasuredShare">Measured ÷ total energy, 0 to 1.</param>
/// <param name="IncludesFacility">Whether the energy already includes cooling and power distribution; if so, no PUE is applied.</param>
/// <param name="WithWater">Whether the water use is computed. Default true.</param>
public sealed record PhaseUse(
    string Name,
    Boundary Boundary,
    Derivation Energy,
    Derivation? Embodied = null,
    Quality Quality = Quality.Modelled,
    double MeasuredShare = 0,
    bool IncludesFacility = false,
    bool WithWater = true);
