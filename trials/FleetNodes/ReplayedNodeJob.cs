using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Recording;
using Tonne.Recording.Metering;
using Tonne.Recording.Replaying;
using Tonne.Runs;

namespace Tonne.Trials.FleetNodes;

/// <summary>A replayed job that this process holds: when it was killed, the next one closes the run.</summary>
/// <param name="job">The job.</param>
/// <param name="node">Name of the machine.</param>
/// <param name="holder">This process.</param>
sealed class ReplayedNodeJob(ReplayJob job, string node, RunHolder holder) : IMeteredJob
{
    /// <inheritdoc/>
    public Machine Machine => job.Machine;

    /// <inheritdoc/>
    public IReadOnlyList<IMeter> Meters => job.Meters;

    /// <inheritdoc/>
    public ImmutableArray<ComponentBasis> Bases => job.Bases;

    /// <inheritdoc/>
    public ImmutableArray<Rate> Rates => job.Rates;

    /// <inheritdoc/>
    public RunHolder Holder => holder;

    /// <inheritdoc/>
    public string? Node => node;

    /// <inheritdoc/>
    public ISampleWaiter CreateWaiter() => job.CreateWaiter();

    /// <inheritdoc/>
    public long? CompleteAccount() => job.CompleteAccount();

    /// <inheritdoc/>
    public void Dispose() => job.Dispose();
}
