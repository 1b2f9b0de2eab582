namespace Tonne.Planning;

/// <summary>The jobs do not fit on the machine, or no way to place them was found.</summary>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Text">Why, in a sentence.</param>
public sealed record NoQueuePlan(NoPlanReason Reason, string Text) : QueueResult;
