using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Energy and hardware that a life-cycle phase uses, before emissions are computed.</summary>
/// <remarks>
/// The <see cref="Accountant"/> accounts it for an estimate, for a described phase, and for energy that was measured elsewhere.
/// </remarks>
/// <param name="Name">The phase, for example <c>training</c>.</param>
/// <param name="Boundary">What the energy includes; extent <c>it</c>, or <c>facility</c> with <paramref name="IncludesFacility"/>.</param>
/// <param name="Energy">Energy at the plug, kWh, from its counts and factors.</param>
/// <param name="Embodied">Embodied emissions assigned to the phase, kg CO2e; null if unknown or not wanted.</param>
/// <param name="Quality">The worst quality of its parts above 5 %.</param>
/// <param name="MeasuredShare">Measured ÷ total energy, 0 to 1.</param>
/// <param name="IncludesFacility">Whether the energy already includes cooling and distribution: then no PUE is applied.</param>
/// <param name="WithWater">Whether water is accounted. Default true.</param>
public sealed record PhaseUse(
    string Name,
    Boundary Boundary,
    Derivation Energy,
    Derivation? Embodied = null,
    Quality Quality = Quality.Modelled,
    double MeasuredShare = 0,
    bool IncludesFacility = false,
    bool WithWater = true);
