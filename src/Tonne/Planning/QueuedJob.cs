namespace Tonne.Planning;

/// <summary>One of several jobs for the same machine. It is not paused.</summary>
/// <param name="Name">Name in reports.</param>
/// <param name="Profile">Power over the job's own time.</param>
/// <param name="StartAfter">Earliest start.</param>
/// <param name="FinishBy">When it has to be finished.</param>
public sealed record QueuedJob(string Name, PowerProfile Profile, DateTimeOffset StartAfter, DateTimeOffset FinishBy);
