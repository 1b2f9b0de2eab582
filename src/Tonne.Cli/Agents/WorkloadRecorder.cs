using Tonne.Instruments.Machines;
using Tonne.Recording;

namespace Tonne.Cli.Agents;

/// <summary>A job or pod that is recorded.</summary>
/// <param name="chain">Its runs, one for each day.</param>
/// <param name="discovery">The machine, with meters of its own.</param>
sealed class WorkloadRecorder(RunChain chain, DiscoveryResult discovery) : IDisposable
{
    /// <summary>Its runs.</summary>
    public RunChain Chain { get; } = chain;

    /// <inheritdoc/>
    public void Dispose()
    {
        Chain.Dispose();
        discovery.Dispose();
    }
}
