namespace Tonne.Planning;

/// <summary>There is no way to run the job within the limits.</summary>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Text">Why, in a sentence with the times.</param>
public sealed record NoPlan(NoPlanReason Reason, string Text) : PlanResult;
