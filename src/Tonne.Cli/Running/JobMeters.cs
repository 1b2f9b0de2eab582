using Tonne.Cli.Wrapping;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>All meters of one run: the machine's, and those that follow the job.</summary>
sealed class JobMeters : IDisposable
{
    readonly JobInstruments _job;
    ChildProcess? _child;

    public JobMeters(string runId, DiscoveryResult discovery)
    {
        RunId = runId;
        _job = new JobInstruments(runId, Holder, discovery.Machine.Threads, GetReapedNanoseconds, id => _child?.IsHelperProcess(id) ?? false);
        discovery.TrackJob(_job);
        Placement = _job.EnterFiles.Count > 0 ? new CgroupPlacement(_job.EnterFiles, _job.ReturnFiles) : null;
        Meters = [.. discovery.Meters, .. _job.Meters];
    }

    /// <summary>Id of the run.</summary>
    public string RunId { get; }

    /// <summary>This process, so that others can tell whether it still lives.</summary>
    public RunHolder Holder { get; } = ProcessIdentity.GetCurrent();

    /// <summary>What of the machine is set aside for the job.</summary>
    public ResourceReservation Reservation { get; } = ResourceReservation.ReadOwn();

    /// <summary>The meters, in the order of the trace.</summary>
    public IReadOnlyList<IMeter> Meters { get; }

    /// <summary>The control groups the child starts in; null for ours.</summary>
    public CgroupPlacement? Placement { get; }

    /// <summary>The child whose use is to be counted.</summary>
    public void AttachChild(ChildProcess child)
    {
        _job.OverheadNanoseconds = child.OwnCpuInCgroupNanoseconds;
        _child = child;
    }

    /// <summary>The job's CPU time at its end, in ns, and what is unsure about it, such as who is still alive.</summary>
    public (long Nanoseconds, IReadOnlyList<Quantities.Warning> Warnings) GetFinalCpuTime() => _job.GetFinalCpuTime();

    /// <inheritdoc/>
    public void Dispose() => _job.Dispose();

    long GetReapedNanoseconds() => _child?.ReapedCpu.Ticks * 100 ?? 0;
}
