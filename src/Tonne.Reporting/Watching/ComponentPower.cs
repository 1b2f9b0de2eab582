using Tonne.Quantities;

namespace Tonne.Reporting.Watching;

/// <summary>Power of a component or device, W.</summary>
/// <param name="Component">cpu, memory, gpu or other.</param>
/// <param name="Device">Device; null if there is one.</param>
/// <param name="Quality">How it is known.</param>
/// <param name="JobWatts">The job's part.</param>
/// <param name="OthersWatts">That of other processes.</param>
/// <param name="IdleWatts">Idle and held by no job.</param>
public sealed record ComponentPower(string Component, string? Device, Quality Quality, double JobWatts, double OthersWatts, double IdleWatts)
{
    /// <summary>That of busy time for which no process was counted; may be negative. Default 0.</summary>
    public double UnexplainedWatts { get; init; }

    /// <summary>The machine's.</summary>
    public double MachineWatts => JobWatts + OthersWatts + IdleWatts + UnexplainedWatts;
}
