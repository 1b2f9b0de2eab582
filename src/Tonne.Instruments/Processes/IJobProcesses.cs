namespace Tonne.Instruments.Processes;

/// <summary>Determines which processes of this machine belong to the job.</summary>
public interface IJobProcesses
{
    /// <summary>
    /// Whether a process is part of the job now. Called by the sampler's thread for each process that holds a device; must be cheap (µs)
    /// for one asked before.
    /// </summary>
    /// <param name="processId">Id of a process in the process namespace of this process.</param>
    bool Contains(int processId);
}
