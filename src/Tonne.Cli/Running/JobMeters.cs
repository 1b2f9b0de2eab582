using Tonne.Cli.Wrapping;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording;

namespace Tonne.Cli.Running;

/// <summary>The meters of one wrapped command: those of the machine, and those that follow the child.</summary>
/// <remarks>They are created before the child starts, because it starts in their control group. The run disposes them.</remarks>
#pragma warning disable CA1001 // The run disposes the job's instruments, through Job.
sealed class JobMeters
#pragma warning restore CA1001
{
    readonly JobInstruments _job;
    ChildProcess? _child;

    /// <summary>Creates them.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="discovery">The machine.</param>
    /// <param name="ownCpuBefore">CPU time of this process that was spent on other runs.</param>
    public JobMeters(string runId, DiscoveryResult discovery, TimeSpan ownCpuBefore)
    {
        var holder = ProcessIdentity.GetCurrent();
        _job = new JobInstruments(runId, holder, discovery.Machine.Threads, GetReapedNanoseconds, id => _child?.IsHelperProcess(id) ?? false);
        Job = new MachineJob(discovery, _job, holder, sampler => TonneOverhead.Measure(sampler, ownCpuBefore));
        Placement = _job.EnterFiles.Count > 0 ? new CgroupPlacement(_job.EnterFiles, _job.ReturnFiles) : null;
    }

    /// <summary>The source of the run's readings.</summary>
    public IMeteredJob Job { get; }

    /// <summary>The control groups in which the child starts; null for our own.</summary>
    public CgroupPlacement? Placement { get; }

    /// <summary>Starts to follow a child.</summary>
    public void AttachChild(ChildProcess child)
    {
        _job.OverheadNanoseconds = child.OwnCpuInCgroupNanoseconds;
        _child = child;
    }

    long GetReapedNanoseconds() => _child?.ReapedCpu.Ticks * 100 ?? 0;
}
