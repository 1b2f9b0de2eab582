using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>A job with its time on the machine.</summary>
/// <param name="Job">The job.</param>
/// <param name="From">Start, UTC.</param>
/// <param name="To">End, UTC.</param>
/// <param name="Total">Operational and embodied emissions.</param>
public sealed record PlacedJob(QueuedJob Job, DateTimeOffset From, DateTimeOffset To, Emissions Total);
