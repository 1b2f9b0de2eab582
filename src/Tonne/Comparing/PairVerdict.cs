namespace Tonne.Comparing;

/// <summary>The result of comparing two variants.</summary>
public enum PairVerdict
{
    /// <summary>No difference seen: neither shown, nor excluded.</summary>
    NoDifferenceSeen,

    /// <summary>No difference seen, and one larger than the margin is excluded.</summary>
    WithinMargin,

    /// <summary>There is a difference.</summary>
    Difference,
}
