using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>A job with its time on the machine.</summary>
/// <param name="Job">The job.</param>
/// <param name="From">Start, UTC.</param>
/// <param name="To">End, UTC.</param>
/// <param name="Total">Operational and embodied emissions.</param>
public sealed record PlacedJob(QueuedJob Job, DateTimeOffset From, DateTimeOffset To, Emissions Total)
{
    /// <summary>When it runs, in order; one segment unless it is paused.</summary>
    public ImmutableArray<PlanSegment> Segments { get; init; } = [];

    /// <summary>What the job would emit if it had the machine alone; null if that is not known exactly.</summary>
    public Emissions? Alone { get; init; }
}
