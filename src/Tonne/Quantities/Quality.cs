namespace Tonne.Quantities;

/// <summary>How a value was determined. Ordered from best to worst, so that the worst of several is their maximum.</summary>
public enum Quality
{
    /// <summary>Read from a meter.</summary>
    Measured,

    /// <summary>Computed by a stated model from something measured, with cited coefficients.</summary>
    Modelled,

    /// <summary>Taken from a rule, a data sheet or an average, without data on this case.</summary>
    Assumed,
}
