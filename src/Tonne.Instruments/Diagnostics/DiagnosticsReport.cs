using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Diagnostics;

/// <summary>The result of examining a machine.</summary>
public sealed record DiagnosticsReport
{
    /// <summary>Folder whose files were examined; <c>/</c> is this machine.</summary>
    public required string Root { get; init; }

    /// <summary>The machine.</summary>
    public required Machine Machine { get; init; }

    /// <summary>Probable place of the machine.</summary>
    public required Place Place { get; init; }

    /// <summary>Meters found, including those contained in others.</summary>
    public required IReadOnlyList<MeterStatus> Meters { get; init; }

    /// <summary>Meters that are missing, with the reason and the remedy.</summary>
    public required IReadOnlyList<MissingMeter> Missing { get; init; }

    /// <summary>The energy basis of each component.</summary>
    public required ImmutableArray<ComponentBasis> Bases { get; init; }

    /// <summary>Modelled power of the whole machine at the plug, idle, in W.</summary>
    public required Bounds IdleWatts { get; init; }

    /// <summary>Modelled power of the whole machine at the plug, all threads at work, in W.</summary>
    public required Bounds FullWatts { get; init; }

    /// <summary>Whether a job can be counted exactly; null for a stand-in.</summary>
    public ControlGroupSupport? ControlGroup { get; init; }

    /// <summary>Resources reserved for this process; null for a stand-in.</summary>
    public ResourceReservation? Reservation { get; init; }

    /// <summary>Cost of a sample; null for a stand-in.</summary>
    public SamplingCost? Cost { get; init; }

    /// <summary>Warnings about figures of this machine.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }
}
