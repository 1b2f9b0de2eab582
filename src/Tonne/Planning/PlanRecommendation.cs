namespace Tonne.Planning;

/// <summary>What to do: <see cref="StartNow"/> or <see cref="Wait"/>.</summary>
/// <param name="Option">The option that is recommended.</param>
/// <param name="Reason">Why, in a short sentence.</param>
public abstract record PlanRecommendation(PlanOption Option, string Reason)
{
    /// <summary>Waiting saves too little, or saves nothing for certain.</summary>
    /// <param name="Option">The immediate option.</param>
    /// <param name="Reason">Such as "not worth waiting: 3 %".</param>
    public sealed record StartNow(PlanOption Option, string Reason) : PlanRecommendation(Option, Reason);

    /// <summary>Another time or place saves enough.</summary>
    /// <param name="Option">The contiguous option or the one with pauses.</param>
    /// <param name="Reason">Such as "saves 21 %".</param>
    public sealed record Wait(PlanOption Option, string Reason) : PlanRecommendation(Option, Reason);
}
