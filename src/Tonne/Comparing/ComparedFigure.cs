namespace Tonne.Comparing;

/// <summary>A figure by which variants are compared.</summary>
public enum ComparedFigure
{
    /// <summary>The job's energy at the plug.</summary>
    Energy,

    /// <summary>The time from start to end.</summary>
    Time,

    /// <summary>Operational and embodied emissions.</summary>
    Emissions,
}
