using System.Collections.Immutable;
using Tonne.Hardware;

namespace Tonne.Runs;

/// <summary>Energy of one component that the job used in a time span: the exact count, and the amounts behind it.</summary>
/// <param name="Component">Part of the machine.</param>
/// <param name="Device">Number of the device; null if there is only one.</param>
/// <param name="Microjoules">Energy at best rates, in µJ; parts of a run sum to the run exactly.</param>
/// <param name="Amounts">Amounts by rate; Σ amount × rate is the same energy, with bounds.</param>
public sealed record EnergyUse(Component Component, string? Device, long Microjoules, ImmutableArray<RatedAmount> Amounts);
