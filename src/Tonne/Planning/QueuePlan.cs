using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>When each of several jobs runs on one machine.</summary>
public sealed record QueuePlan : QueueResult
{
    /// <summary>The jobs in the order in which they run.</summary>
    public required ImmutableArray<PlacedJob> Jobs { get; init; }

    /// <summary>Sum over the jobs.</summary>
    public required Emissions Total { get; init; }

    /// <summary>No plan emits less: the total if it is the optimum, else the sum of what each job would emit alone at its best
    /// time.</summary>
    public required Emissions LowerBound { get; init; }

    /// <summary>Whether the plan is the optimum.</summary>
    public required bool IsExact { get; init; }

    /// <summary>Sum of the jobs run one after another as they come, each as early as it can; null if that breaks a limit.</summary>
    public Emissions? FirstComeFirstServed { get; init; }
}
