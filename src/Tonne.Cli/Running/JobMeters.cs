using Tonne.Cli.Wrapping;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording;

namespace Tonne.Cli.Running;

/// <summary>The meters of one wrapped command: those of the machine, and those of the child and its descendants.</summary>
/// <remarks>They are created before the child starts, because it starts in their control group. The run disposes them.</remarks>
#pragma warning disable CA1001 // The run disposes the job's instruments, through Job.
sealed class JobMeters
#pragma warning restore CA1001
{
    readonly JobInstruments _job;
    IRunningCommand? _child;

    /// <summary>Creates the meters.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="discovery">The discovered machine and its meters.</param>
    /// <param name="ownCpuBefore">CPU time that this process used for other runs before.</param>
    /// <param name="system">The system, if it is not Linux; null if it is.</param>
    public JobMeters(string runId, DiscoveryResult discovery, TimeSpan ownCpuBefore, HostSystem? system)
    {
        var holder = ProcessIdentity.GetCurrent();
        Account = system?.CreateJobAccount();
        _job = Account is not null ? JobInstruments.FollowAccount(Account) : new JobInstruments(
            runId, holder, discovery.Machine.Threads, GetReapedNanoseconds, id => _child?.IsHelperProcess(id) ?? false, machine: discovery.Machine.BootId);
        Job = new MachineJob(discovery, _job, holder, sampler => TonneOverhead.Measure(sampler, ownCpuBefore));
        Placement = _job.EnterFiles.Count > 0 ? new CgroupPlacement(_job.EnterFiles, _job.ReturnFiles) : null;
    }

    /// <summary>The source of the run's readings.</summary>
    public IMeteredJob Job { get; }

    /// <summary>The control groups in which the child starts; null if it starts in tonne's own.</summary>
    public CgroupPlacement? Placement { get; }

    /// <summary>The account of the job, if the system is not Linux; null if it is.</summary>
    public IJobAccount? Account { get; }

    /// <summary>Ids of the processes of the job that live now, the child among them.</summary>
    public IReadOnlyList<int> ListProcessIds() => ListProcessIds(_job, _child);

    /// <summary>Ids of the processes of a job that live now, the child among them.</summary>
    /// <param name="job">The instruments that follow it.</param>
    /// <param name="child">The child; null before it has started.</param>
    public static IReadOnlyList<int> ListProcessIds(JobInstruments job, IRunningCommand? child) =>
        [.. job.ListProcessIds().Append(child?.Pid ?? 0).Distinct()
        .Where(id => id > 0 && !(child?.IsHelperProcess(id) ?? false) && ProcessIdentity.GetStartTicks(id) is not null)];

    /// <summary>Adds the child, after it has started.</summary>
    public void AttachChild(IRunningCommand child)
    {
        _job.OverheadNanoseconds = child.OwnCpuInCgroupNanoseconds;
        _child = child;
    }

    long GetReapedNanoseconds() => _child?.ReapedCpu.Ticks * 100 ?? 0;
}
