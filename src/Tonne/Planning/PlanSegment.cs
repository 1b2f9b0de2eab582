namespace Tonne.Planning;

/// <summary>A time in which the job runs.</summary>
/// <param name="From">Start, UTC. After a pause the resume comes first, if it takes time.</param>
/// <param name="To">End, UTC.</param>
/// <param name="Place">Where.</param>
public sealed record PlanSegment(DateTimeOffset From, DateTimeOffset To, PlanPlace Place);
