using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Hardware;

namespace Tonne.Reporting.Planning;

/// <summary>What runs of the ledger could have done.</summary>
/// <param name="Slack">How much later each could have been finished.</param>
/// <param name="MaxPauses">How often each could have been paused; null for any number of times.</param>
/// <param name="Zones">Other places where each could have run; empty for none.</param>
public sealed record ReplayOptions(TimeSpan Slack, int? MaxPauses, ImmutableArray<Zone> Zones)
{
    /// <summary>Other accelerators on which each could have run. Default: null, the few that clouds rent most.</summary>
    public ImmutableArray<Accelerator>? Hardware { get; init; }
}
