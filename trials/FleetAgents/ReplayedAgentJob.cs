using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Recording;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Trials.FleetAgents;

/// <summary>A node or a job on it, with meters that replay.</summary>
/// <param name="machine">The machine.</param>
/// <param name="meters">Its meters and the job's.</param>
/// <param name="node">Name of the node.</param>
/// <param name="holder">This process.</param>
/// <param name="share">Reserved part of the machine; null for none.</param>
sealed class ReplayedAgentJob(
    ReplayedMachine machine, IReadOnlyList<ReplayedAgentMeter> meters, string node, RunHolder holder, double? share) : IMeteredJob
{
    /// <inheritdoc/>
    public Machine Machine => ReplayedMachine.Description;

    /// <inheritdoc/>
    public IReadOnlyList<IMeter> Meters => meters;

    /// <inheritdoc/>
    public ImmutableArray<ComponentBasis> Bases => machine.Bases;

    /// <inheritdoc/>
    public ImmutableArray<Rate> Rates => ReplayedMachine.Rates;

    /// <inheritdoc/>
    public RunHolder Holder => holder;

    /// <inheritdoc/>
    public string? Node => node;

    /// <inheritdoc/>
    public string? User => "root";

    /// <inheritdoc/>
    public double? ReservedThreadShare => share;

    /// <inheritdoc/>
    public Func<long>? ThreadCpuClock => Instruments.Processes.ProcessIdentity.GetThreadCpuNanoseconds;

    /// <summary>What the energy meters have counted between the first and the last sample, µJ.</summary>
    internal long Microjoules => meters.Where(static meter => meter.Description.Kind == MeterKind.EnergyCounter)
        .Sum(static meter => meter.Last - (meter.First ?? meter.Last));

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }
}
