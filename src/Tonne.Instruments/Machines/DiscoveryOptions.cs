using System.Collections.Immutable;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.MacAndWindows;
using Tonne.Quantities;

namespace Tonne.Instruments.Machines;

/// <summary>What is known of the machine from the configuration, before discovery.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>Idle power of all processor packages together, in W, measured on this machine. Default: not measured.</summary>
    public Factor? CpuIdlePower { get; init; }

    /// <summary>k, everything else over processor and memory, measured on this machine. Default: from the catalog.</summary>
    public Factor? OtherFraction { get; init; }

    /// <summary>Calibrations, newest last, of this machine and perhaps of others (docs/methods/calibration.md). Default: none.</summary>
    public IReadOnlyList<Calibration> Calibrations { get; init; } = [];

    /// <summary>Idle powers that earlier runs have seen, of this machine and perhaps of others (docs/methods/idle-power.md). Default: none.</summary>
    public IReadOnlyList<IdleObservation> IdlePowers { get; init; } = [];

    /// <summary>The environment, for variables such as <c>CUDA_VISIBLE_DEVICES</c>. Default: none is set.</summary>
    public Func<string, string?> EnvironmentVariable { get; init; } = static _ => null;

    /// <summary>Path of the NVML library to load. Default: the system's <c>libnvidia-ml.so.1</c>; below a stand-in root, none.</summary>
    public string? NvmlLibrary { get; init; }

    /// <summary>
    /// Path of AMD's library for its cards to load. Default: the system's <c>libamd_smi.so</c>; below a stand-in root, none.
    /// </summary>
    public string? AmdSmiLibrary { get; init; }

    /// <summary>
    /// Addresses of wall meters, management controllers and metric servers to ask, as the configuration names them (docs/methods/plug.md).
    /// Default: none.
    /// </summary>
    public ImmutableArray<string> MeterAddresses { get; init; } = [];

    /// <summary>Keeps the connections to <see cref="MeterAddresses"/> for several discoveries of this process. Default: null, each has
    /// its own.</summary>
    public NetworkMeterPool? NetworkPool { get; init; }

    /// <summary>
    /// The environment of the job, which says what GPUs it may use where a meter over the network does not report who uses them. Default:
    /// null, <see cref="EnvironmentVariable"/>.
    /// </summary>
    public Func<string, string?>? JobVariable { get; init; }

    /// <summary>The system that is read in place of Linux' files. Default: null, the running one if it is not Linux and no stand-in root is given.</summary>
    public HostSystem? HostSystem { get; init; }

    /// <summary>The clock of what is asked over a network. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Whether everything else (fans, board, supply) is left out unless a meter at the plug reports it. Default: it is modelled.
    /// </summary>
    public bool OnlyMeasured { get; init; }
}
