namespace Tonne.Quantities;

/// <summary>How a value came to be. Ordered from best to worst, so that the worst of several is their maximum.</summary>
public enum Quality
{
    /// <summary>Read from a meter.</summary>
    Measured,

    /// <summary>Computed by a stated model from something measured, with cited coefficients.</summary>
    Modelled,

    /// <summary>Taken on a rule, a datasheet or an average, without evidence for this case.</summary>
    Assumed,
}
