namespace Tonne.Sci;

/// <summary>How the count of a provider's functional unit was taken; SCI for AI requires that it is stated (section 8.2.2).</summary>
public enum SciBasis
{
    /// <summary>Total quantities without adjustment: all parameters, all tokens of the raw data set, theoretical operations.</summary>
    Gross,

    /// <summary>What was used: active parameters, deduplicated or curated tokens, operations that were carried out.</summary>
    Effective,
}
