using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>How one component's energy is known in this run.</summary>
/// <param name="Component">Part of the machine.</param>
/// <param name="Quality">Measured, modelled or assumed.</param>
/// <param name="Meters">Ids of the energy meters that are summed; empty if modelled.</param>
/// <param name="MeterRate">Rate of the meters' joules (their accuracy); null if modelled.</param>
/// <param name="IdleRate">CPU modelled: per idle thread·s. Memory: per GB·s held. CPU metered: idle power per s.</param>
/// <param name="BusyRate">CPU modelled: per busy thread·s; null otherwise.</param>
/// <param name="Capacity">Threads, or gigabytes, of the machine.</param>
/// <param name="Why">Why this basis was chosen, in a sentence.</param>
public sealed record ComponentBasis(
    Component Component,
    Quality Quality,
    ImmutableArray<string> Meters,
    string? MeterRate,
    string? IdleRate,
    string? BusyRate,
    double Capacity,
    string Why);
