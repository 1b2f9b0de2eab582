using System.Collections.Immutable;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Nodes;
using Tonne.Instruments.Processes;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Agents;

/// <summary>The machine that this process runs on, as it is discovered.</summary>
/// <param name="context">The environment.</param>
/// <param name="settings">The settings.</param>
/// <param name="discovery">The machine; disposed with this object.</param>
sealed class LocalMachine(CommandContext context, Settings settings, DiscoveryResult discovery) : IAgentMachine
{
    readonly RunHolder _holder = ProcessIdentity.GetCurrent();

    /// <inheritdoc/>
    public int Threads => discovery.Machine.Threads;

    /// <inheritdoc/>
    public ImmutableArray<ComponentBasis> Bases => discovery.Bases;

    /// <inheritdoc/>
    public ImmutableArray<string> Warnings { get; } =
        [.. discovery.Warnings.Where(static warning => warning.Code is "named-meter-unusable").Select(static warning => warning.Text)];

    /// <inheritdoc/>
    public Task<Place> DetectPlaceAsync() => new RunSession(context, settings).DetectPlaceAsync(discovery);

    /// <inheritdoc/>
    public IMeteredJob FollowNode() =>
        new MachineJob(discovery, JobInstruments.FollowMachine(), _holder, null, new ResourceReservation(null, null, "the whole machine"));

    /// <inheritdoc/>
    public IMeteredJob FollowWorkload(NodeWorkload workload, ResourceReservation reservation) => new MachineJob(
        discovery, JobInstruments.FollowControlGroup(workload.Folder, workload.Version)
            ?? throw new ProcessEndedException($"{workload.Folder} is gone."), _holder, null, reservation);

    /// <inheritdoc/>
    public void Dispose() => discovery.Dispose();
}
