namespace Tonne.Grids;

/// <summary>Series of intensities by the hour that a run or a plan can be accounted with: files that were imported, what feeds have observed.</summary>
/// <remarks>Implementations are thread safe.</remarks>
public interface IIntensityHistory
{
    /// <summary>Finds the series of a zone that have a value in a span.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="from">Start of the span.</param>
    /// <param name="to">End of the span.</param>
    /// <returns>Of any basis, scope, kind and signal; later ones of the same method replace earlier ones where both have a value. Empty if there are none.</returns>
    IReadOnlyList<IntensitySeries> Find(Zone zone, DateTimeOffset from, DateTimeOffset to);
}
