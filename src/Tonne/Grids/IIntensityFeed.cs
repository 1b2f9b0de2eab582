namespace Tonne.Grids;

/// <summary>A publisher of grid intensity over time.</summary>
/// <remarks>Implementations are thread safe, and a bad answer is a <see cref="FeedFailure"/>, never an exception.</remarks>
public interface IIntensityFeed
{
    /// <summary>What it offers, and under which terms.</summary>
    IntensityFeedDescription Description { get; }

    /// <summary>Whether it has a zone.</summary>
    bool Covers(Zone zone);

    /// <summary>Reads what is known of a zone in a span, by a call over the network.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="from">Start of the span, inclusive.</param>
    /// <param name="to">End of the span, exclusive, after the start. Values beyond the span are left out.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Observed values, a forecast or both; or why there are none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The span is empty.</exception>
    /// <exception cref="OperationCanceledException">The call was stopped by its token.</exception>
    Task<IntensityAnswer> ReadAsync(Zone zone, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);
}
