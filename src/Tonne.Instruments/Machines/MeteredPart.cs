using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Instruments.Machines;

/// <summary>A part of the machine whose energy an instrument can measure. <see cref="MachineDiscovery"/> takes at most one offer for each component and device.</summary>
/// <param name="Component">Part of the machine; <see cref="Component.Platform"/> for the whole of it.</param>
/// <param name="Device">Which one, where there are several (<c>0</c>, <c>1</c>, … for GPUs); null otherwise.</param>
/// <param name="Meters">Ids of the meters that are summed for it, all of <see cref="Runs.MeterRole.Machine"/>; empty for a GPU that is modelled by how busy it is.</param>
/// <param name="Accuracy">Joules per joule counted, dimensionless, with its bounds and source; null if there is no meter.</param>
/// <param name="Why">Why these meters, or why none, in a sentence.</param>
public sealed record MeteredPart(Component Component, string? Device, ImmutableArray<string> Meters, Factor? Accuracy, string Why)
{
    /// <summary>Name as its maker or driver gives it; null if unknown. For a GPU it finds the catalog's figures.</summary>
    public string? Name { get; init; }

    /// <summary>UUID of a GPU, <c>GPU-…</c>, by which it is recognised in what an exporter reports; null if unknown.</summary>
    public string? Uuid { get; init; }

    /// <summary>Whether the job may use it (visible devices). Default true.</summary>
    public bool Visible { get; init; } = true;

    /// <summary>The limit that the device enforces, W; null if it does not report it. Of a GPU in no table it bounds the model.</summary>
    public double? PowerLimitWatts { get; init; }

    /// <summary>
    /// Whether the memory stays inside what its meters measure (of a processor, or of the whole machine) and is not modelled beside it.
    /// Default false.
    /// </summary>
    public bool IncludesMemory { get; init; }

    /// <summary>W without work; null to take the catalog's.</summary>
    public Factor? IdlePower { get; init; }

    /// <summary>W at full work, for a GPU modelled by how busy it is; null to take the catalog's.</summary>
    public Factor? FullPower { get; init; }
}
