using Tonne.Recording;

namespace Tonne.Cli.Agents;

/// <summary>A job or pod that is recorded.</summary>
/// <param name="chain">Its runs, one for each day.</param>
/// <param name="machine">The machine, with meters of its own.</param>
sealed class WorkloadRecorder(RunChain chain, IAgentMachine machine) : IDisposable
{
    /// <summary>Its runs.</summary>
    public RunChain Chain { get; } = chain;

    /// <inheritdoc/>
    public void Dispose()
    {
        Chain.Dispose();
        machine.Dispose();
    }
}
