using System.Collections.Immutable;
using Tonne.Hardware;

namespace Tonne.Runs;

/// <summary>Energy of one component used by the job in a stretch of time: exact counts, and the amounts they were counted from.</summary>
/// <param name="Component">Part of the machine.</param>
/// <param name="Device">Which one; null if there is one.</param>
/// <param name="Microjoules">Energy at best rates, in µJ; parts of a run sum to the run exactly.</param>
/// <param name="Amounts">What it is made of; Σ amount × rate is the same energy, with bounds.</param>
public sealed record EnergyUse(Component Component, string? Device, long Microjoules, ImmutableArray<RatedAmount> Amounts);
