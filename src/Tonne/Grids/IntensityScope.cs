namespace Tonne.Grids;

/// <summary>Whose electricity an intensity describes.</summary>
public enum IntensityScope
{
    /// <summary>Generated inside the border.</summary>
    Production,

    /// <summary>Used inside the border, imports traced to their origin.</summary>
    Consumption,

    /// <summary>As the provider of the machines publishes it for its region.</summary>
    Provider,
}
