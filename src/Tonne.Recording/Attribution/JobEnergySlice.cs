using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Recording.Attribution;

/// <summary>The job's energy of one component between two readings, spread evenly over its time.</summary>
/// <remarks>The slices of a run add up to the job's energy of its record, to the microjoule, component by component.</remarks>
/// <param name="Component">The component.</param>
/// <param name="Device">The device, for components with several; null otherwise.</param>
/// <param name="From">Start, in ns since the start of the run.</param>
/// <param name="To">End, in ns since the start of the run.</param>
/// <param name="Job">The job's energy. It may be negative by the marginal policy, or where a meter corrects what it said before.</param>
/// <param name="JobIdle">Of this, energy that the job's part of the machine draws when idle; the rest is work (docs/methods/attribution.md).</param>
public readonly record struct JobEnergySlice(Component Component, string? Device, long From, long To, Microjoules Job, Microjoules JobIdle);
