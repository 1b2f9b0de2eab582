using Tonne.Instruments.Processes;
using Tonne.Quantities;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Counts what the processes of one job use, on a system without Linux' control groups and <c>/proc</c>.</summary>
/// <remarks>Thread safe.</remarks>
public interface IJobAccount : IJobProcesses, IDisposable
{
    /// <summary>How the CPU time is counted, and what it misses, in words.</summary>
    string Note { get; }

    /// <summary>What has turned out to be unsure.</summary>
    IReadOnlyList<Warning> Warnings { get; }

    /// <summary>Adds the command. It was created and, where the system can do that, has not run yet.</summary>
    /// <param name="processId">Id of the process.</param>
    /// <param name="handle">The system's handle of it; 0 where there are no handles.</param>
    void Add(int processId, nint handle);

    /// <summary>CPU time of the job so far in ns, ended processes included; null if it is not known.</summary>
    long? ReadCpuNanoseconds();

    /// <summary>Memory that its living processes hold, in bytes; null if it is not known.</summary>
    long? ReadResidentBytes();

    /// <summary>Ids of its living processes.</summary>
    IReadOnlyList<int> ListProcessIds();
}
