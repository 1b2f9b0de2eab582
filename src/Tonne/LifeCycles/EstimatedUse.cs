using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>Estimated energy and hardware of a phase, before emissions are computed.</summary>
/// <param name="Energy">Energy of the work at the plug, kWh.</param>
/// <param name="Idle">Energy at the plug while machines wait, kWh; null if not separate.</param>
/// <param name="Embodied">Embodied emissions, kg CO2e.</param>
/// <param name="Chip">Name of the accelerator.</param>
/// <param name="ChipHours">Accelerator-hours; null if not estimated.</param>
/// <param name="Computation">Floating-point operations; null if not estimated.</param>
/// <param name="Units">Functional units served; empty if none.</param>
/// <param name="Assumptions">Assumptions, in sentences.</param>
public sealed record EstimatedUse(
    Derivation Energy,
    Derivation? Idle,
    Derivation Embodied,
    string Chip,
    Derivation? ChipHours,
    Factor? Computation,
    ImmutableArray<FunctionalUnit> Units,
    ImmutableArray<string> Assumptions);
