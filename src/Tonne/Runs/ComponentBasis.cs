using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>How the energy of one component is determined in a run.</summary>
/// <param name="Component">Part of the machine.</param>
/// <param name="Quality">Measured, modelled or assumed.</param>
/// <param name="Meters">Ids of the energy meters that are summed; empty if modelled. Processors may use the meter of the whole machine,
/// that of the <see cref="Component.Platform"/> basis.</param>
/// <param name="MeterRate">Rate of the meters' joules (their accuracy); null if modelled.</param>
/// <param name="IdleRate">CPU or GPU modelled: per idle thread·s or device·s. Memory: per GB·s held. CPU or GPU metered: idle power per s.</param>
/// <param name="BusyRate">CPU or GPU modelled: per busy thread·s or device·s; null otherwise.</param>
/// <param name="Capacity">Threads, or gigabytes, of the machine; 1 for a device.</param>
/// <param name="Why">Why this basis was chosen, in a sentence.</param>
/// <param name="Device">Number of the device if there are several (GPUs); null otherwise.</param>
/// <param name="Excluded">Whether the job may not use the device. Its energy is then metered as part of the machine, and none of it is
/// the job's. Default false.</param>
public sealed record ComponentBasis(
    Component Component,
    Quality Quality,
    ImmutableArray<string> Meters,
    string? MeterRate,
    string? IdleRate,
    string? BusyRate,
    double Capacity,
    string Why,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Device = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Excluded = false);
