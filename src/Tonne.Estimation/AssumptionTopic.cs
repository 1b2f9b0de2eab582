namespace Tonne.Estimation;

/// <summary>What an assumption of an estimate is about.</summary>
public enum AssumptionTopic
{
    /// <summary>The work and the hardware.</summary>
    Work,

    /// <summary>The place: grid, facility. A phase of a life cycle has its own place and leaves these out.</summary>
    Place,
}
