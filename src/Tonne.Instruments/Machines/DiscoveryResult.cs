using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Modelled;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Rapl;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Machines;

/// <summary>
/// The result of discovering a machine: its properties, its meters, the energy basis of each component, and missing meters.
/// </summary>
public sealed class DiscoveryResult : IDisposable
{
    /// <summary>The machine.</summary>
    public required Machine Machine { get; init; }

    /// <summary>The description of the machine, from its files.</summary>
    public required MachineDescription Description { get; init; }

    /// <summary>The factors of its power.</summary>
    public required MachinePower Power { get; init; }

    /// <summary>Energy meters, both those summed and those contained in others.</summary>
    public required IReadOnlyList<IMeter> EnergyMeters { get; init; }

    /// <summary>Busy and idle CPU time of the machine, and that of all its processes; empty if there is no <c>/proc/stat</c>.</summary>
    public required IReadOnlyList<IMeter> CpuTimeMeters { get; init; }

    /// <summary>Memory in use on the machine; empty if it cannot be read. Default: empty.</summary>
    public IReadOnlyList<IMeter> MemoryMeters { get; init; } = [];

    /// <summary>The energy basis of each component.</summary>
    public required ImmutableArray<ComponentBasis> Bases { get; init; }

    /// <summary>Rates that turn counted amounts into energy.</summary>
    public required ImmutableArray<Rate> Rates { get; init; }

    /// <summary>What models the metered components if their meters do not change; null if nothing is metered. Default: null.</summary>
    public RunFallback? Fallback { get; init; }

    /// <summary>Missing meters.</summary>
    public required IReadOnlyList<MissingMeter> Missing { get; init; }

    /// <summary>Warnings about the figures.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }

    /// <summary>All meters of the machine, energy first.</summary>
    public IEnumerable<IMeter> Meters => EnergyMeters.Concat(CpuTimeMeters).Concat(MemoryMeters);

    /// <summary>Time the hypervisor gave to others since boot, in ns, as of the last sample; null if unknown.</summary>
    public long? StealNanoseconds => CpuTime?.StealNanoseconds;

    /// <summary>Whether each power zone is summed, with the reason.</summary>
    public IReadOnlyList<RaplDomain> PowerZones => Instruments.OfType<RaplMeters>().FirstOrDefault()?.Domains ?? [];

    /// <summary>All instruments with which this machine is read.</summary>
    public required IReadOnlyList<Instrument> Instruments { get; init; }

    /// <summary>
    /// Whether a part of the machine reports only its power, which must be sampled often and at random times to be integrated; a meter of
    /// the whole machine averages by itself.
    /// </summary>
    public bool NeedsPowerIntegration => Bases.Any(basis => basis.Component != Component.Platform
        && basis.Meters.Any(id => EnergyMeters.Any(meter => meter.Description.Id == id && meter.Description is { Kind: MeterKind.Power, Component: not Component.Platform })));

    /// <summary>
    /// Why the energy of this machine would not all be measured, in words; null if it would. What a meter at the plug counts is measured,
    /// however it is divided.
    /// </summary>
    public string? DescribeUnmeasured()
    {
        var plugged = Bases.Any(basis => basis.Component == Component.Platform);
        var names = Bases.Where(basis => basis.Quality != Quality.Measured && !(plugged && basis.Component is Component.Cpu or Component.Memory or Component.Other))
            .Select(basis => basis.Device is null ? EnumWords.Format(basis.Component) : $"{EnumWords.Format(basis.Component)}:{basis.Device}").ToList();
        if (Instruments.OfType<NetworkMeters>().SelectMany(instrument => instrument.Missing).FirstOrDefault() is { } named)
            return $"a named meter cannot be used: {named.Reason}";
        return names.Count == 0 ? null : $"the energy of {string.Join(", ", names)} would be modelled";
    }

    /// <summary>From here on, the job's use of devices is separated from that of other processes. Call before the first sample.</summary>
    public void TrackJob(IJobProcesses job)
    {
        foreach (var instrument in Instruments)
            instrument.TrackJob(job);
    }

    /// <summary>The job has ended: the newest values are fetched for the last sample. May wait a second for each network meter.</summary>
    public void PrepareFinalSample()
    {
        foreach (var instrument in Instruments)
            instrument.PrepareFinalSample();
    }

    /// <summary>Warnings that only the samples could bring; ask after the last one.</summary>
    public IEnumerable<Warning> GetFinalWarnings() => Instruments.SelectMany(instrument => instrument.GetFinalWarnings());

    internal MachineCpuMeters? CpuTime { get; init; }

    /// <summary>Closes the files kept open.</summary>
    public void Dispose()
    {
        CpuTime?.Dispose();
        foreach (var meter in MemoryMeters.Concat(CpuTimeMeters))
            (meter as IDisposable)?.Dispose();
        foreach (var instrument in Instruments)
            instrument.Dispose();
    }
}
