namespace Tonne.Planning;

/// <summary>A <see cref="QueuePlan"/>, or a <see cref="NoQueuePlan"/> with the reason.</summary>
public abstract record QueueResult
{
    private protected QueueResult()
    {
    }
}
