using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Diagnostics;

/// <summary>What an examination of a machine found: facts only, for a screen or a file.</summary>
public sealed record DiagnosticsReport
{
    /// <summary>Folder whose files were examined; <c>/</c> is this machine.</summary>
    public required string Root { get; init; }

    /// <summary>The machine.</summary>
    public required Machine Machine { get; init; }

    /// <summary>Where it probably is.</summary>
    public required Place Place { get; init; }

    /// <summary>Meters that are here, those summed and those contained in others.</summary>
    public required IReadOnlyList<MeterStatus> Meters { get; init; }

    /// <summary>Meters that could be here and are not: why, and what would bring them.</summary>
    public required IReadOnlyList<MissingMeter> Missing { get; init; }

    /// <summary>How each component's energy is known.</summary>
    public required ImmutableArray<ComponentBasis> Bases { get; init; }

    /// <summary>Modelled power of the whole machine at the plug, idle, in W.</summary>
    public required Bounds IdleWatts { get; init; }

    /// <summary>Modelled power of the whole machine at the plug, all threads at work, in W.</summary>
    public required Bounds FullWatts { get; init; }

    /// <summary>Whether a job can be counted exactly; null for a stand-in.</summary>
    public ControlGroupSupport? ControlGroup { get; init; }

    /// <summary>What is set aside for this process; null for a stand-in.</summary>
    public ResourceReservation? Reservation { get; init; }

    /// <summary>What a sample costs; null for a stand-in.</summary>
    public SamplingCost? Cost { get; init; }

    /// <summary>What makes figures of this machine less sure.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }
}
