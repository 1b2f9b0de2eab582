using System.Collections.Immutable;
using Tonne.Cli.Agents;
using Tonne.Hardware;
using Tonne.Instruments.Nodes;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Trials.FleetAgents;

/// <summary>A machine that is not there: energy counters of its processors, its busy time, and the time of a job.</summary>
/// <param name="node">Its node.</param>
sealed class ReplayedMachine(ReplayedNode node) : IAgentMachine
{
    internal const int HardwareThreads = 64;
    const double IdleWatts = 60;

    static readonly Source _source = new("REPLAY", "A machine described by a trial");

    /// <summary>What the machine is.</summary>
    internal static Machine Description { get; } = new(
        HostKind.Server, "replayed", null, HardwareThreads, 2, 256_000_000_000, "none", false, "replay");

    /// <summary>The meters are right, and the processors idle with some power.</summary>
    internal static ImmutableArray<Rate> Rates { get; } = [CreateRate("cpu/meter", "J", "1", 1), CreateRate("cpu/idle-power", "s", "W", IdleWatts)];

    /// <inheritdoc/>
    public int Threads => HardwareThreads;

    /// <inheritdoc/>
    public ImmutableArray<ComponentBasis> Bases { get; } =
    [
        new(Component.Cpu, Quality.Measured, [.. node.Meters.Select(static meter => meter.Id)], "cpu/meter", "cpu/idle-power", null,
            HardwareThreads, "described by a trial"),
    ];

    /// <inheritdoc/>
    public ImmutableArray<string> Warnings => [];

    /// <inheritdoc/>
    public Task<Place> DetectPlaceAsync() => Task.FromResult(new Place("FR"));

    /// <inheritdoc/>
    public IMeteredJob FollowNode()
    {
        var job = new ReplayedAgentJob(this, node.CreateMeters(null), node.Name, node.Holder, null);
        node.Note(job);
        return job;
    }

    /// <inheritdoc/>
    public IMeteredJob FollowWorkload(NodeWorkload workload, ResourceReservation reservation) =>
        new ReplayedAgentJob(this, node.CreateMeters(workload.Id), node.Name, node.Holder, reservation.ThreadShare);

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }

    static Rate CreateRate(string id, string per, string unit, double value) =>
        new(id, per, new Derivation.FactorNode(new Factor(id, id, unit, Bounds.FromExact(value), Quality.Measured, _source)));
}
