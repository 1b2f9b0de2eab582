namespace Tonne.Recording.Metering;

/// <summary>The meaning of a counter's new value.</summary>
public enum CounterOutcome
{
    /// <summary>The first value: it has no meaning yet.</summary>
    First,

    /// <summary>An ordinary difference.</summary>
    Counted,

    /// <summary>The counter passed its range once; the difference is corrected.</summary>
    Wrapped,

    /// <summary>The counter was reset, or jumped by more than is possible: the energy in between is unknown.</summary>
    Reset,

    /// <summary>So much time has passed that the counter may have wrapped more than once: the energy in between is unknown.</summary>
    Ambiguous,
}
