namespace Tonne.Ledgers;

/// <summary>The rule for which old traces are thinned. Records and statements never are.</summary>
public sealed record ThinningRule
{
    /// <summary>Traces of runs that started longer ago are thinned. Default 90 days.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromDays(90);

    /// <summary>If all traces together are larger than this, the oldest are thinned too. Default 1 GiB.</summary>
    public long Bytes { get; init; } = 1L << 30;
}
