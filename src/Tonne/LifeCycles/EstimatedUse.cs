using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>What was foretold for a phase, before carbon.</summary>
/// <param name="Energy">kWh at the plug that the work draws.</param>
/// <param name="Idle">kWh at the plug while machines wait; null if not told apart.</param>
/// <param name="Embodied">Making the hardware, kg CO2e.</param>
/// <param name="Chip">Name of the accelerator.</param>
/// <param name="ChipHours">Accelerator-hours; null if not foretold.</param>
/// <param name="Computation">Floating-point operations; null if not foretold.</param>
/// <param name="Units">What was served; empty if nothing.</param>
/// <param name="Assumptions">What was assumed, in sentences.</param>
public sealed record EstimatedUse(
    Derivation Energy, Derivation? Idle, Derivation Embodied, string Chip, Derivation? ChipHours, Factor? Computation, ImmutableArray<FunctionalUnit> Units, ImmutableArray<string> Assumptions);
