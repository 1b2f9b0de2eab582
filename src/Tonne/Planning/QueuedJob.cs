namespace Tonne.Planning;

/// <summary>One of several jobs for the same machine.</summary>
/// <param name="Name">Name in reports.</param>
/// <param name="Profile">Power over the job's own time.</param>
/// <param name="StartAfter">Earliest start.</param>
/// <param name="FinishBy">When it has to be finished.</param>
public sealed record QueuedJob(string Name, PowerProfile Profile, DateTimeOffset StartAfter, DateTimeOffset FinishBy)
{
    /// <summary>How many times the job may be paused, while others may run. Default: 0. Null: without limit.</summary>
    public int? MaxPauses { get; init; } = 0;

    /// <summary>Energy of a resume, as in <see cref="PlanRequest.ResumeCost"/>. Default: zero.</summary>
    public TimeSpan ResumeCost { get; init; }
}
