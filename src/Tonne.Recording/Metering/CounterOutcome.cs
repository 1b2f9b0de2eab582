namespace Tonne.Recording.Metering;

/// <summary>The four things a new value of a counter can mean.</summary>
public enum CounterOutcome
{
    /// <summary>The first value: it has no meaning yet.</summary>
    First,

    /// <summary>An ordinary difference.</summary>
    Counted,

    /// <summary>The counter passed its range once; the difference is corrected.</summary>
    Wrapped,

    /// <summary>The counter started again, or jumped beyond what is possible: the energy in between is unknown.</summary>
    Reset,

    /// <summary>So much time has passed that the counter may have wrapped more than once: the energy in between is unknown.</summary>
    Ambiguous,
}
