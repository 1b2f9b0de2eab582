namespace Tonne.Cli.Wrapping;

/// <summary>The user's command while it runs.</summary>
interface IRunningCommand : IDisposable
{
    /// <summary>Id of its process.</summary>
    int Pid { get; }

    /// <summary>What could not be done as for other commands, with the reason; empty if there is nothing.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>CPU time of all processes of the job that have ended so far, where it is known here. Safe from any thread.</summary>
    TimeSpan ReapedCpu { get; }

    /// <summary>CPU time in ns of tonne itself that was charged to the command's control groups.</summary>
    long OwnCpuInCgroupNanoseconds { get; }

    /// <summary>Whether a process is a helper of tonne that runs beside the command and is not part of it. Safe from any thread.</summary>
    bool IsHelperProcess(int pid);

    /// <summary>Waits for its end, until all its output has been passed on.</summary>
    Task<ChildExit> WaitAsync();
}
