using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>What a phase of a model's life uses, before carbon: what the <see cref="Accountant"/> needs of an estimate, of a described phase, or of energy that was measured elsewhere.</summary>
/// <param name="Name">The phase, for example <c>training</c>.</param>
/// <param name="Boundary">What the energy includes; extent <c>it</c>, or <c>facility</c> with <paramref name="IncludesFacility"/>.</param>
/// <param name="Energy">Energy at the plug, kWh, from its counts and factors.</param>
/// <param name="Embodied">Manufacturing that falls on the phase, kg CO2e; null where none is known or asked.</param>
/// <param name="Quality">The worst quality of its parts above 5 %.</param>
/// <param name="MeasuredShare">Measured ÷ total energy, 0 to 1.</param>
/// <param name="IncludesFacility">Whether the energy already holds cooling and distribution: then no PUE is applied.</param>
public sealed record PhaseUse(
    string Name,
    Boundary Boundary,
    Derivation Energy,
    Derivation? Embodied = null,
    Quality Quality = Quality.Modelled,
    double MeasuredShare = 0,
    bool IncludesFacility = false);
