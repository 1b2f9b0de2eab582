using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.Months;

/// <summary>A node in a month.</summary>
/// <param name="Name">Name of the node; the boot of the machine where there is none.</param>
/// <param name="Total">All that is counted on it; null if nothing is.</param>
/// <param name="OutsideJobs">Of this, what is left of the node's own runs (docs/agent.md); null without an agent.</param>
/// <param name="LastSeen">End of its last run in this month or the one before, UTC.</param>
/// <param name="MeasuredHours">Hours of the month in which an agent measured it; null without an agent.</param>
/// <param name="MissingHours">Hours in which it did not, from its first reading on, or from the beginning of the month if it was measured
/// before; null without an agent.</param>
/// <param name="IsSilent">Whether nothing came from it: an agent for the last 24 hours of the time that is reported, or no run at all in
/// this month from a node that had some in the month before.</param>
public sealed record MonthNode(
    string Name, TotalRow? Total, TotalRow? OutsideJobs, DateTimeOffset LastSeen, double? MeasuredHours, double? MissingHours,
        bool IsSilent);
