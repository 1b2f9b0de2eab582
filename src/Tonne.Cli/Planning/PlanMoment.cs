namespace Tonne.Cli.Planning;

/// <summary>When a plan is made, and what then differs from the options of the command line.</summary>
/// <param name="Now">The moment.</param>
/// <param name="Clock">The clock of feeds and their cache.</param>
/// <param name="Duration">The work that is left; null for all of it.</param>
/// <param name="FinishBy">The latest finish; null for that of the options.</param>
sealed record PlanMoment(DateTimeOffset Now, TimeProvider Clock, TimeSpan? Duration = null, DateTimeOffset? FinishBy = null)
{
    /// <summary>Whether <see cref="MaxPauses"/> counts in place of the option. Default: no.</summary>
    public bool HasOwnPauses { get; init; }

    /// <summary>How often the work may still be paused; null for any number of times.</summary>
    public int? MaxPauses { get; init; }

    /// <summary>The earliest start; null for that of the options.</summary>
    public DateTimeOffset? StartAfter { get; init; }
}
