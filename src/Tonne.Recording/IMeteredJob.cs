using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>A job with its machine and the meters of both, from which a run is recorded.</summary>
/// <remarks>
/// One instance serves one run, because meters remember what they read last. The recorder that was given it disposes it.
/// Meters are read by one thread at a time. Members with a default are for jobs that need more than meters.
/// </remarks>
public interface IMeteredJob : IDisposable
{
    /// <summary>The machine.</summary>
    Machine Machine { get; }

    /// <summary>The meters of the machine and of the job, in the order in which the trace keeps their readings.</summary>
    IReadOnlyList<IMeter> Meters { get; }

    /// <summary>The energy basis of each component of the machine.</summary>
    ImmutableArray<ComponentBasis> Bases { get; }

    /// <summary>Rates that turn counted amounts into energy.</summary>
    ImmutableArray<Rate> Rates { get; }

    /// <summary>Models of the metered components, for meters that do not change. Default: null, then their energy is unknown.</summary>
    RunFallback? Fallback => null;

    /// <summary>The process that keeps the run alive.</summary>
    RunHolder Holder { get; }

    /// <summary>User of the process. Default: null, unknown.</summary>
    string? User => null;

    /// <summary>Name of the machine. Default: null, unknown.</summary>
    string? Node => null;

    /// <summary>Container in which the process runs. Default: null, none.</summary>
    ContainerIdentity? Container => null;

    /// <summary>Id of a run that measures the same processes already, and so includes this one. Default: null, none is known.</summary>
    string? EnclosingRun => null;

    /// <summary>Whether a run that the environment names may measure the job's processes. Default: it may.</summary>
    /// <param name="runId">Id of the run.</param>
    bool MayBeInside(string runId) => true;

    /// <summary>Warnings known at the start, for example a meter that may not be read. Default: none.</summary>
    ImmutableArray<Warning> Warnings => [];

    /// <summary>Share of the machine's threads reserved for the job, above 0 to 1. Default: null, nothing is reserved.</summary>
    double? ReservedThreadShare => null;

    /// <summary>Memory limit of the job, in bytes. Default: null, none.</summary>
    long? ReservedMemoryBytes => null;

    /// <summary>Whether a meter gives only its power at an instant, so that samples must be frequent and at random times. Default: no.</summary>
    bool NeedsPowerIntegration => false;

    /// <summary>The ranks of the job. Default: null, it is one command.</summary>
    IRankMeters? Ranks => null;

    /// <summary>What the ranks have in common; null if there are none. Default: null.</summary>
    RankGroup? RankGroup => null;

    /// <summary>Creates the way in which the sampling thread waits. Default: null, .NET's own.</summary>
    ISampleWaiter? CreateWaiter() => null;

    /// <summary>Clock of the calling thread's CPU time in ns, for the overhead. Default: null, the overhead is not known.</summary>
    Func<long>? ThreadCpuClock => null;

    /// <summary>
    /// Completes the job's account when the work has ended, just before the last sample: fetches values that meters would otherwise
    /// return late.
    /// </summary>
    /// <returns>CPU time of the job since the start of the run, in ns, by the kernel's account; null if only samples are known.</returns>
    long? CompleteAccount() => null;

    /// <summary>Returns the warnings raised during the run. Called once, after the last sample. Default: none.</summary>
    IEnumerable<Warning> GetFinalWarnings() => [];

    /// <summary>Counts the data that moved since the job was opened. Default: null, it is not counted.</summary>
    DataTraffic? CountDataTraffic() => null;

    /// <summary>Measures what recording has cost so far.</summary>
    /// <param name="samplerCpu">CPU time of the sampling thread.</param>
    /// <returns>Default: the CPU time of the sampling thread, with unknown memory (0).</returns>
    Overhead MeasureOverhead(TimeSpan samplerCpu) => new(samplerCpu.TotalSeconds, samplerCpu.TotalSeconds, 0);
}
