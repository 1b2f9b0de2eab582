namespace Tonne.Planning;

/// <summary>A <see cref="Plan"/>, or a <see cref="NoPlan"/> with the reason.</summary>
public abstract record PlanResult
{
    private protected PlanResult()
    {
    }
}
