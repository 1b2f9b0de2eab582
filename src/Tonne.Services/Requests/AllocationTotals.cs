using Tonne.Quantities;

namespace Tonne.Services.Requests;

/// <summary>What an allocator has divided so far. Requests + idle = counter, to the microjoule.</summary>
public sealed record AllocationTotals
{
    /// <summary>Energy of the windows that are divided.</summary>
    public Microjoules Counter { get; init; }

    /// <summary>The part of the requests, finished or not.</summary>
    public Microjoules Requests { get; init; }

    /// <summary>What fell on no request.</summary>
    public Microjoules Idle => Counter - Requests;

    /// <summary>Of the idle energy, that above the idle power in windows in which no request had work.</summary>
    public Microjoules Unattributed { get; init; }

    /// <summary>Energy of windows that are not divided yet: not part of <see cref="Counter"/>.</summary>
    public Microjoules Open { get; init; }

    /// <summary>Readings that were not used: repeated, older than the last one, or not a number.</summary>
    public long IgnoredReadings { get; init; }

    /// <summary>Requests that were not taken: too many were held, or they ended before they arrived.</summary>
    public long RefusedRequests { get; init; }
}
