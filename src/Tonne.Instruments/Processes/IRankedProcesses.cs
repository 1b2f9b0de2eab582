namespace Tonne.Instruments.Processes;

/// <summary>The processes of a job that consists of ranks.</summary>
public interface IRankedProcesses : IJobProcesses
{
    /// <summary>The rank that a process is part of, by its number in the order of joining; -1 if it is none's. As cheap as <see cref="IJobProcesses.Contains"/>.</summary>
    /// <param name="processId">Id of a process in the process namespace of this process.</param>
    int GetMember(int processId);
}
